import { createCatalogue, NO_INDEX_FILE } from "../../../firestore/indexes/create-catalogue.ts";
import { documentSize } from "../../../firestore/data/value-size.ts";
import type { Rng } from "../../../std/rng.ts";
import type { DocumentData, Write } from "../../../system/store/store.ts";
import { toFields } from "../../virtual/engine-values.ts";
import { requestBytesOf, toEngineWrite } from "../../virtual/engine-writes.ts";
import type { CallShape, ProbeStep } from "./probe-plan.ts";

/** How large a call is, as the model counts it. */
export interface CallSize {
  readonly documents: number;
  readonly indexEntries: number;
  readonly bytes: number;
}

/** Its fields have automatic indexes alone: nobody declares any for collections of this name. */
const CATALOGUE = createCatalogue(NO_INDEX_FILE);
const VALUE_BYTES = 8;
/** About what a database's name takes on the wire: projects/…/databases/(default)/documents. */
const ROOT = "projects/plimsoll-probe-0000/databases/(default)/documents";

/**
 * The documents of one probe. All lie in root collections that bear the run's prefix, whose names no
 * query of the service and no other run knows; those of the ramp in one of their own, which is new.
 */
export class ProbeDocuments {
  readonly #rng: Rng;
  readonly #rest: string;
  readonly #ramp: string;
  readonly #prefix: string;
  readonly #blobs = new Map<number, string>();
  readonly #sizes = new Map<string, CallSize>();
  readonly #written = new Set<string>();
  readonly #seeded = new Map<number, string[]>();

  constructor(prefix: string, rng: Rng) {
    this.#rng = rng;
    this.#prefix = prefix;
    this.#rest = `${prefix}probe_rest`;
    this.#ramp = `${prefix}probe_ramp`;
  }

  /** Names of all documents that a write was sent for: whoever clears away deletes these. */
  get written(): readonly string[] {
    return [...this.#written];
  }

  seed(shape: CallShape): Write {
    const path = `${this.#rest}/${this.#newId()}`;
    const paths = this.#seeded.get(shape.blobBytes) ?? [];
    this.#seeded.set(shape.blobBytes, [...paths, path]);
    return this.#set(path, shape);
  }

  /** Documents with names that scatter evenly, each made once; but for hot ones. */
  writesOf({ kind, shape, lane }: ProbeStep): readonly Write[] {
    if (kind === "document") return [this.#set(`${this.#rest}/${this.#prefix}hot${lane}`, shape)];
    const collection = kind === "ramp" ? this.#ramp : this.#rest;
    return Array.from({ length: shape.documents }, () =>
      this.#set(`${collection}/${this.#newId()}`, shape),
    );
  }

  /** Seeded documents of the size, chosen by chance, each once. */
  pathsOf({ shape }: ProbeStep): readonly string[] {
    const paths = [...(this.#seeded.get(shape.blobBytes) ?? [])];
    return Array.from({ length: Math.min(shape.documents, paths.length) }, (_, index) => {
      const other = this.#rng.integer(index, paths.length - 1);
      const chosen = paths[other] as string;
      paths[other] = paths[index] as string;
      return chosen;
    });
  }

  /** Calls of one shape are of one size: names and values are of one length. */
  sizeOf(step: ProbeStep): CallSize {
    const key = JSON.stringify([step.kind, step.shape]);
    const known = this.#sizes.get(key);
    if (known !== undefined) return known;
    const size = step.kind === "read" ? this.#sizeOfRead(step) : this.#sizeOfCommit(step);
    this.#sizes.set(key, size);
    return size;
  }

  #sizeOfRead({ shape }: ProbeStep): CallSize {
    const path = `${this.#rest}/${this.#newId()}`;
    const bytes = shape.documents * documentSize(path, toFields(this.#dataOf(shape)));
    return { documents: shape.documents, indexEntries: 0, bytes };
  }

  #sizeOfCommit({ kind, shape }: ProbeStep): CallSize {
    const path = `${this.#rest}/${this.#newId()}`;
    const data = this.#dataOf(shape);
    const write = toEngineWrite({ kind: "set", path, data, merge: false });
    const entries = CATALOGUE.countEntries(path, toFields(data));
    const isRewritten = kind === "document";
    return {
      documents: shape.documents,
      // Who rewrites a document removes its entries and inserts others.
      indexEntries: shape.documents * entries * (isRewritten ? 2 : 1),
      bytes: requestBytesOf(
        ROOT,
        Array.from({ length: shape.documents }, () => write),
      ),
    };
  }

  #set(path: string, shape: CallShape): Write {
    this.#written.add(path);
    return { kind: "set", path, data: this.#dataOf(shape), merge: false };
  }

  /** Values scatter, so that no index grows at one end. */
  #dataOf({ fields, blobBytes }: CallShape): DocumentData {
    const data: Record<string, string> = {};
    for (let index = 0; index < fields; index += 1) data[`f${index}`] = this.#word(VALUE_BYTES);
    // The same text each time: it is its length that is timed, and its index entries are few.
    if (blobBytes > 0) data["blob"] = this.#blob(blobBytes);
    return data;
  }

  #blob(bytes: number): string {
    const known = this.#blobs.get(bytes) ?? this.#word(VALUE_BYTES).repeat(bytes / VALUE_BYTES);
    this.#blobs.set(bytes, known);
    return known;
  }

  /** Firestore wants IDs to scatter, and the run's prefix to be there. */
  #newId(): string {
    return `${this.#prefix}${this.#word(16)}`;
  }

  #word(length: number): string {
    let word = "";
    while (word.length < length)
      word += this.#rng
        .integer(0, 36 ** 4 - 1)
        .toString(36)
        .padStart(4, "0");
    return word.slice(0, length);
  }
}
