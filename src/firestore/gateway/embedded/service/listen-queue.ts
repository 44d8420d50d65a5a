import { FirestoreError } from "../../../data/status.ts";
import type { ListenResponse } from "../../../wire/encode-listen-response.ts";

interface Queued {
  readonly response: ListenResponse;
  /** Whether it is counted: first snapshots are not, since a client asks for them one by one. */
  readonly counted: boolean;
}

/**
 * Responses on their way to a Listen stream's client, in the data model: they share their documents
 * with the database, and are encoded only when the client has room.
 */
export class ListenQueue {
  readonly #limit: number;
  readonly #signal: AbortSignal;
  /** Rejects when the client is too far behind. */
  readonly overflow: Promise<never>;
  #overflowed: (error: FirestoreError) => void = () => undefined;
  #queued: Queued[] = [];
  #next = 0;
  #counted = 0;
  #wake: () => void = () => undefined;

  /** Once `signal` has aborted, there is nothing more to take. */
  constructor(limit: number, signal: AbortSignal) {
    this.#limit = limit;
    this.#signal = signal;
    this.overflow = new Promise((_, reject) => {
      this.#overflowed = reject;
    });
    // Whoever serves the stream awaits it; after the stream's end nobody does.
    this.overflow.catch(() => undefined);
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  get length(): number {
    return this.#queued.length - this.#next;
  }

  push(responses: readonly ListenResponse[], counted: boolean): void {
    for (const response of responses) this.#queued.push({ response, counted });
    if (counted) this.#counted += responses.length;
    if (this.#counted > this.#limit) this.#overflowed(tooSlow());
    this.#wake();
  }

  /** The next one, when there is one; undefined once the stream is over. */
  async take(): Promise<ListenResponse | undefined> {
    while (!this.#signal.aborted) {
      const next = this.#queued[this.#next];
      if (next !== undefined) {
        this.#advance(next);
        return next.response;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return undefined;
  }

  #advance({ counted }: Queued): void {
    if (counted) this.#counted -= 1;
    this.#next += 1;
    // The front is dropped in large pieces, so that taking costs the same however long the queue is.
    if (this.#next * 2 > this.#queued.length) {
      this.#queued = this.#queued.slice(this.#next);
      this.#next = 0;
    }
  }
}

function tooSlow(): FirestoreError {
  return new FirestoreError(
    "RESOURCE_EXHAUSTED",
    "The client takes changes more slowly than they happen; the stream is ended.",
  );
}
