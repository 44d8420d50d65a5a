/**
 * A repeat is made within a back-off of 10 s at most (the pulse's `retry.capMs`) and the wait for
 * the limiter; what was not heard of again after this long was forgotten.
 */
const FORGOTTEN_AFTER_MS = 60_000;

/** Follows every try of a commit that failed and is to be made again, until it is or is given up. */
export class RetriesDue {
  readonly #failedMs = new Map<string, number>();
  #due = 0;
  #skipped = 0;
  #firstReason: string | null = null;

  /** Repeats that fell due. */
  get count(): number {
    return this.#due;
  }

  /** Those that were never made; final after `close`. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Why the first of them was not. */
  get firstReason(): string | null {
    return this.#firstReason;
  }

  /** A user's commit failed, and must be tried again. Each has one under way at most. */
  due(uid: string, nowMs: number): void {
    this.#due += 1;
    this.#failedMs.set(uid, nowMs);
  }

  /** It was: it is committed, has failed for good, or the user's next update takes its place. */
  settled(uid: string): void {
    this.#failedMs.delete(uid);
  }

  /** The limiter let nothing through for this user: if that was a repeat, the update is lost. */
  refused(uid: string, message: string): void {
    if (this.#failedMs.delete(uid)) this.#skip(`the limiter refused it: ${message}`);
  }

  forget(): void {
    this.#failedMs.clear();
  }

  close(endMs: number): void {
    for (const failedMs of this.#failedMs.values()) {
      if (endMs - failedMs > FORGOTTEN_AFTER_MS) this.#skip("it was never heard of again");
    }
    this.#failedMs.clear();
  }

  #skip(reason: string): void {
    this.#skipped += 1;
    this.#firstReason ??= reason;
  }
}
