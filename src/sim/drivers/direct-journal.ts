/**
 * What direct writes obliged the database to hold, for the audit at the end: documents by path,
 * each acknowledged or with its answer lost, and how often a counter was incremented.
 */
export class DirectJournal {
  readonly #documents = new Map<string, "acknowledged" | "unconfirmed">();
  readonly #counters = new Map<string, CounterBounds>();

  #ordinals = 0;

  /** The next of the numbers that growing IDs are made of: they grow over all phases of a run. */
  nextOrdinal(): number {
    this.#ordinals += 1;
    return this.#ordinals;
  }

  get documents(): ReadonlyMap<string, "acknowledged" | "unconfirmed"> {
    return this.#documents;
  }

  get counters(): ReadonlyMap<string, CounterBounds> {
    return this.#counters;
  }

  /** Call it before sending, so that a document whose sender dies is not taken for a stranger. */
  sending(path: string): void {
    this.#documents.set(path, "unconfirmed");
  }

  acknowledge(path: string): void {
    this.#documents.set(path, "acknowledged");
  }

  /** The database refused it for certain. */
  refuse(path: string): void {
    this.#documents.delete(path);
  }

  incrementing(path: string): void {
    const { atLeast, atMost } = this.#bounds(path);
    this.#counters.set(path, { atLeast, atMost: atMost + 1 });
  }

  incremented(path: string): void {
    const { atLeast, atMost } = this.#bounds(path);
    this.#counters.set(path, { atLeast: atLeast + 1, atMost });
  }

  notIncremented(path: string): void {
    const { atLeast, atMost } = this.#bounds(path);
    this.#counters.set(path, { atLeast, atMost: atMost - 1 });
  }

  #bounds(path: string): CounterBounds {
    return this.#counters.get(path) ?? { atLeast: 0, atMost: 0 };
  }
}

/** What a counter may hold: increments acknowledged, and those whose answer was lost besides. */
export interface CounterBounds {
  readonly atLeast: number;
  readonly atMost: number;
}
