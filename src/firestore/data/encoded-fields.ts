import type { MapValue } from "./value.ts";
import type { Write } from "./write.ts";

/** Makes a Map of the fields that lie in the bytes. */
type FieldsDecoder = (bytes: Buffer, start: number, end: number) => MapValue;

/**
 * Copies lie together in pieces of so many bytes, as Node's own pool has it, but without an object
 * for each. A piece is there for as long as one of the copies in it is.
 */
const SPARE_BYTES = 8192;
let spare = Buffer.alloc(0);
let spareFrom = 0;

/**
 * A document's fields as they came on the wire, decoded when they are first looked at. They have been
 * checked already: decoding them does not fail.
 */
export class EncodedFields {
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  readonly #decode: FieldsDecoder;
  readonly #isKept: boolean;
  #decoded: MapValue | undefined;

  constructor(bytes: Buffer, start: number, end: number, decode: FieldsDecoder, isKept = false) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#decode = decode;
    this.#isKept = isKept;
  }

  /** What is kept does not grow by it: it is decoded anew each time. */
  get decoded(): MapValue {
    if (this.#decoded !== undefined) return this.#decoded;
    const decoded = this.#decode(this.#bytes, this.#start, this.#end);
    if (!this.#isKept) this.#decoded = decoded;
    return decoded;
  }

  /** Whether both are the same byte for byte. Others may hold the same values all the same. */
  hasBytesOf(other: EncodedFields): boolean {
    if (this.#end - this.#start !== other.#end - other.#start) return false;
    return (
      this.#bytes.compare(other.#bytes, other.#start, other.#end, this.#start, this.#end) === 0
    );
  }

  /** The same, to be kept: with a copy of its bytes alone, and nothing decoded. */
  kept(): EncodedFields {
    if (this.#isKept) return this;
    const length = this.#end - this.#start;
    if (spare.length - spareFrom < length) {
      spare = Buffer.allocUnsafeSlow(Math.max(SPARE_BYTES, length));
      spareFrom = 0;
    }
    const start = spareFrom;
    spareFrom += length;
    this.#bytes.copy(spare, start, this.#start, this.#end);
    return new EncodedFields(spare, start, spareFrom, this.#decode, true);
  }
}

/** A document's fields, in whichever form there are. */
export type AnyFields = MapValue | EncodedFields;

export function decodedFields(fields: AnyFields): MapValue {
  return fields instanceof EncodedFields ? fields.decoded : fields;
}

type Update = Extract<Write, { kind: "update" }>;

/** An update whose fields have not been decoded yet. */
export class EncodedUpdate {
  readonly kind = "update";
  readonly path: string;
  readonly encoded: EncodedFields;
  readonly mask: Update["mask"];
  readonly transforms: Update["transforms"];
  readonly precondition: Update["precondition"];

  constructor(
    path: string,
    encoded: EncodedFields,
    { mask, transforms, precondition }: Pick<Update, "mask" | "transforms" | "precondition">,
  ) {
    this.path = path;
    this.encoded = encoded;
    this.mask = mask;
    this.transforms = transforms;
    this.precondition = precondition;
  }

  get fields(): MapValue {
    return this.encoded.decoded;
  }
}

/** The document's fields after a write that replaces it as a whole and that nothing was decoded of. */
export function encodedAfter(write: Write): EncodedFields | undefined {
  return write instanceof EncodedUpdate && write.mask === undefined && write.transforms.length === 0
    ? write.encoded
    : undefined;
}
