/** The rows of an index, or those of one parent in it. */
export class RowPlace {
  readonly #isOfParent: boolean;
  /** How long a deleted row is in the way, on the average. */
  readonly #rowLifeMs: number;
  #deletedRows = 0;
  #deletedMs = 0;

  constructor(isOfParent: boolean, rowLifeMs: number) {
    this.#isOfParent = isOfParent;
    this.#rowLifeMs = rowLifeMs;
  }

  /** Deleted rows that are still in the way of readers. */
  deletedRowsAt(nowMs: number): number {
    return this.#deletedRows * Math.exp((this.#deletedMs - nowMs) / this.#rowLifeMs);
  }

  /** `weight`: how many alike rows, of which one parent's are each beneath a parent of their own. */
  noteDeleted(nowMs: number, weight: number): void {
    this.#deletedRows = this.deletedRowsAt(nowMs) + (this.#isOfParent ? 1 : weight);
    this.#deletedMs = nowMs;
  }
}
