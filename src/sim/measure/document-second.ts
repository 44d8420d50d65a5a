export interface WorstDocument {
  readonly path: string;
  readonly writesInOneSecond: number;
}

const SECOND_MS = 1000;

/** When one document was written: once, or more often within a second. */
type Times = number | RecentTimes;

/**
 * The most writes to one document in any second, of writes that come in order of time. A document is
 * remembered for a second or two, in two maps that take turns: most are written once in that time,
 * and need no more than to be looked up and put down.
 */
export class DocumentSecond {
  #younger = new Map<string, Times>();
  #older = new Map<string, Times>();
  #turnMs = Number.NEGATIVE_INFINITY;
  #worst: WorstDocument = { path: "", writesInOneSecond: 0 };

  get worst(): WorstDocument {
    return this.#worst;
  }

  write(path: string, atMs: number): void {
    if (atMs >= this.#turnMs + SECOND_MS) this.#turn(atMs);
    const before = this.#younger.get(path) ?? this.#older.get(path);
    const writes = this.#add(path, before, atMs);
    if (writes > this.#worst.writesInOneSecond) this.#worst = { path, writesInOneSecond: writes };
  }

  /** Writes to the document in the second that ends now. */
  #add(path: string, before: Times | undefined, atMs: number): number {
    if (before instanceof RecentTimes) {
      this.#younger.set(path, before);
      return before.add(atMs);
    }
    if (before === undefined || before <= atMs - SECOND_MS) {
      this.#younger.set(path, atMs);
      return 1;
    }
    const times = new RecentTimes(before);
    this.#younger.set(path, times);
    return times.add(atMs);
  }

  #turn(atMs: number): void {
    this.#older = this.#younger;
    this.#younger = new Map();
    this.#turnMs = atMs;
  }
}

/** Moments of the second up to the last one. */
class RecentTimes {
  #timesMs: number[];
  /** Position of the oldest within the second. */
  #first = 0;

  constructor(atMs: number) {
    this.#timesMs = [atMs];
  }

  /** Gives how many there are in the second that ends at this one. */
  add(atMs: number): number {
    const timesMs = this.#timesMs;
    timesMs.push(atMs);
    while ((timesMs[this.#first] ?? atMs) <= atMs - SECOND_MS) this.#first += 1;
    if (this.#first * 2 > timesMs.length) {
      this.#timesMs = timesMs.slice(this.#first);
      this.#first = 0;
    }
    return this.#timesMs.length - this.#first;
  }
}
