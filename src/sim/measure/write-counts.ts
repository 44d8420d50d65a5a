import type { PlannedWrite } from "../../system/pulse/planned-write.ts";
import type { Write } from "../../system/store/store.ts";

/** What a write counts as, by its path. */
export type CountOf = (path: string) => number;

/** Counts writes: each as one, unless it is said what they count as. */
export class WriteCounts {
  readonly #countOf: CountOf | undefined;

  constructor(countOf: CountOf | undefined) {
    this.#countOf = countOf;
  }

  of(writes: readonly Write[]): number {
    const countOf = this.#countOf;
    if (countOf === undefined) return writes.length;
    return writes.reduce((total, { path }) => total + countOf(path), 0);
  }

  ofPlanned(writes: readonly PlannedWrite[]): number {
    return this.#countOf === undefined ? writes.length : this.of(writes.map(({ write }) => write));
  }
}
