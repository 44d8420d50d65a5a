import { type AnyFields, EncodedFields } from "../data/encoded-fields.ts";

/** What JavaScript's own objects weigh beside the values, about: the Map, its table, the path's entry. */
const OVERHEAD_BYTES = 1000;
/** The same where the fields are encoded: the path, its entry and one small object. */
const ENCODED_OVERHEAD_BYTES = 300;

/**
 * What was last written to each document, for a front that cannot look into the database behind it.
 * Bounded: two generations of half the bytes each; the older goes when the younger is full.
 */
export class PreviousMemory {
  readonly #generationBytes: number;
  #young = new Map<string, AnyFields | "none">();
  #old = new Map<string, AnyFields | "none">();
  #youngBytes = 0;

  constructor(maximumBytes: number) {
    this.#generationBytes = maximumBytes / 2;
  }

  get(path: string): AnyFields | "none" | undefined {
    return this.#young.get(path) ?? this.#old.get(path);
  }

  /** `sizeBytes`: about, of the fields. */
  set(path: string, fields: AnyFields | "none", sizeBytes: number): void {
    const young = this.#young.get(path);
    if (young === fields) return;
    const isEncoded = fields instanceof EncodedFields;
    this.#young.set(path, isEncoded ? fields.kept() : fields);
    if (young === undefined) {
      const overhead = isEncoded ? ENCODED_OVERHEAD_BYTES : OVERHEAD_BYTES;
      this.#youngBytes += overhead + path.length + sizeBytes;
    } else if (!isEncoded && young instanceof EncodedFields) {
      this.#youngBytes += OVERHEAD_BYTES - ENCODED_OVERHEAD_BYTES;
    }
    // Otherwise a document that is rewritten is taken to keep its size; exact counting would cost more than it is worth.
    if (this.#youngBytes < this.#generationBytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
