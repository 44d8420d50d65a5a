/** Forgetting begins when this many documents are remembered; fewer cost nothing worth saving. */
const DOCUMENTS_KEPT = 4096;

/**
 * The law that no document takes more than `limit` writes in any window, and that writes to one
 * document keep the order in which they were reserved. Documents whose last write has left the
 * window are forgotten whenever the number remembered has doubled, so memory follows the documents
 * in flight and each new document pays for a fixed number of visits.
 */
export class DocumentWindows {
  readonly #limit: number;
  readonly #windowMs: number;
  #documents = new Map<string, DocumentTimes>();
  #forgetAtSize = DOCUMENTS_KEPT;
  /** The documents of the commit being reserved, one entry for each write. */
  readonly #asked: DocumentTimes[] = [];

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Number of documents remembered. */
  get size(): number {
    return this.#documents.size;
  }

  /**
   * When all these documents (one entry for each write) may be written; Infinity when one of them
   * occurs more often than a window allows. A `take` that follows is for these documents.
   */
  earliest(keys: readonly string[], nowMs: number): number {
    if (this.#documents.size >= this.#forgetAtSize) this.#forgetBefore(nowMs);
    for (const times of this.#asked) times.pending = 0;
    this.#asked.length = 0;
    let earliestMs = nowMs;
    for (const key of keys) {
      const times = this.#documents.get(key) ?? this.#remember(key);
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
      times.sentAtMs.push(atMs);
      if (times.sentAtMs.length > this.#limit) times.sentAtMs.shift();
    }
    this.#asked.length = 0;
  }

  /** When `pending` writes more, sent together, leave no window with more than the limit. */
  #roomAt({ sentAtMs, pending }: DocumentTimes): number {
    if (pending > this.#limit) return Number.POSITIVE_INFINITY;
    const count = sentAtMs.length;
    if (count === 0) return Number.NEGATIVE_INFINITY;
    const lastMs = sentAtMs[count - 1] as number;
    const mustHaveLeft = count + pending - this.#limit - 1;
    if (mustHaveLeft < 0) return lastMs;
    return Math.max(lastMs, (sentAtMs[mustHaveLeft] as number) + this.#windowMs);
  }

  #remember(key: string): DocumentTimes {
    const times: DocumentTimes = { sentAtMs: [], pending: 0 };
    this.#documents.set(key, times);
    return times;
  }

  #forgetBefore(nowMs: number): void {
    const kept = new Map<string, DocumentTimes>();
    for (const [key, times] of this.#documents) {
      const lastMs = times.sentAtMs.at(-1);
      if (lastMs !== undefined && lastMs + this.#windowMs > nowMs) kept.set(key, times);
    }
    this.#documents = kept;
    this.#forgetAtSize = Math.max(DOCUMENTS_KEPT, 2 * kept.size);
  }
}

interface DocumentTimes {
  /** Send times of at most `limit` writes, oldest first; they never go back. */
  readonly sentAtMs: number[];
  /** Writes to this document in the commit being reserved. */
  pending: number;
}
