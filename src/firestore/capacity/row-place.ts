import type { KeyRange } from "./key-range.ts";
import type { KeySpace } from "./key-space.ts";

/** Where the rows of an index lie that have a prefix in common: one parent's, for example. */
export class RowPlace {
  readonly space: KeySpace;
  readonly prefix: string;
  /** The range of them all, as of the space's generation; undefined: they lie in several. */
  #range: KeyRange | undefined;
  #generation = -1;
  #deletedRows = 0;
  #deletedMs = 0;

  constructor(space: KeySpace, prefix: string) {
    this.space = space;
    this.prefix = prefix;
  }

  /** The range that holds them all; undefined: they lie in several. */
  rangeOfAll(): KeyRange | undefined {
    if (this.#generation !== this.space.generation) {
      this.#generation = this.space.generation;
      this.#range = this.space.rangeOfAll(this.prefix);
    }
    return this.#range;
  }

  /** Deleted rows that are still in the way of readers. */
  deletedRowsAt(nowMs: number): number {
    const { deletedRowLifeMs } = this.space.rates;
    return this.#deletedRows * Math.exp((this.#deletedMs - nowMs) / deletedRowLifeMs);
  }

  /** `weight`: how many alike rows, of which one parent's are each beneath a parent of their own. */
  noteDeleted(nowMs: number, weight: number): void {
    this.#deletedRows = this.deletedRowsAt(nowMs) + (this.prefix === "" ? weight : 1);
    this.#deletedMs = nowMs;
  }
}
