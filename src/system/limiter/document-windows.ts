/**
 * The law that no document takes more than `limit` writes in any window, and that writes to one
 * document keep the order in which they were reserved. Documents lie in two maps that take turns, a
 * window each: whose last write has left the window by the end of the second turn is forgotten. So
 * memory follows the documents in flight, and the maps stay small where most are written but once.
 */
export class DocumentWindows {
  readonly #limit: number;
  readonly #windowMs: number;
  #younger = new Map<string, DocumentTimes>();
  #older = new Map<string, DocumentTimes>();
  #turnMs = Number.NEGATIVE_INFINITY;
  /** The documents of the commit being reserved, one entry for each write. */
  readonly #asked: DocumentTimes[] = [];

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Number of documents remembered. */
  get size(): number {
    return this.#younger.size + this.#older.size;
  }

  /**
   * When all these documents (one entry for each write) may be written; Infinity when one of them
   * occurs more often than a window allows. A `take` that follows is for these documents.
   */
  earliest(keys: readonly string[], nowMs: number): number {
    if (nowMs >= this.#turnMs + this.#windowMs) this.#turn(nowMs);
    for (const times of this.#asked) times.pending = 0;
    this.#asked.length = 0;
    let earliestMs = nowMs;
    for (const key of keys) {
      const times = this.#younger.get(key) ?? this.#older.get(key) ?? this.#remember(key);
      times.pending += 1;
      this.#asked.push(times);
      const roomMs = this.#roomAt(times);
      if (roomMs > earliestMs) earliestMs = roomMs;
    }
    return earliestMs;
  }

  /** The documents last asked for are written at this moment. */
  take(atMs: number): void {
    for (const times of this.#asked) {
      times.pending = 0;
      this.#write(times, atMs);
    }
    this.#asked.length = 0;
  }

  #write(times: DocumentTimes, atMs: number): void {
    const { lastMs } = times;
    times.lastMs = atMs;
    if (lastMs + this.#windowMs <= atMs) {
      // All earlier writes have left every window that a later one can lie in.
      times.earlierMs = undefined;
      return;
    }
    const earlierMs = (times.earlierMs ??= []);
    earlierMs.push(lastMs);
    if (earlierMs.length >= this.#limit) earlierMs.shift();
  }

  /** When `pending` writes more, sent together, leave no window with more than the limit. */
  #roomAt({ lastMs, earlierMs, pending }: DocumentTimes): number {
    if (pending > this.#limit) return Number.POSITIVE_INFINITY;
    if (lastMs === Number.NEGATIVE_INFINITY) return lastMs;
    const earlier = earlierMs?.length ?? 0;
    const mustHaveLeft = earlier + pending - this.#limit;
    if (mustHaveLeft < 0) return lastMs;
    return Math.max(lastMs, (earlierMs?.[mustHaveLeft] ?? lastMs) + this.#windowMs);
  }

  #remember(key: string): DocumentTimes {
    const times = { lastMs: Number.NEGATIVE_INFINITY, earlierMs: undefined, pending: 0 };
    this.#younger.set(key, times);
    return times;
  }

  #turn(nowMs: number): void {
    const kept = new Map<string, DocumentTimes>();
    for (const [key, times] of this.#older) {
      if (times.lastMs + this.#windowMs > nowMs) kept.set(key, times);
    }
    this.#older = this.#younger;
    this.#younger = kept;
    this.#turnMs = nowMs;
  }
}

interface DocumentTimes {
  /** When it was last sent; -Infinity: never. Most documents are written once in a window. */
  lastMs: number;
  /** Send times before that, oldest first, so far as they matter: with it at most `limit`. */
  earlierMs: number[] | undefined;
  /** Writes to this document in the commit being reserved. */
  pending: number;
}
