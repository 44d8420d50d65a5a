import type { Clock } from "../../std/clock.ts";
import type {
  CommitResult,
  Query,
  Snapshot,
  Store,
  StoreTransaction,
  Write,
} from "../../system/store/store.ts";
import { notedTransaction } from "./noted-transaction.ts";

/** Wall times of a try: when it was sent, by our clock, and when it was applied, by the server's. */
export interface CommitTimes {
  readonly sentMs: number;
  /** null when the try failed: it was sent all the same. */
  readonly appliedMs: number | null;
}

/** Hears of every try of a commit, whoever made it. */
export type CommitObserver = (times: CommitTimes, writes: readonly Write[]) => void;

/**
 * A store that reports each try of a commit to an observer, which may change between phases.
 * The service does not know that it is watched. The port gives no commit time for transactions:
 * theirs is taken from the clock when they end.
 */
export class MeteredStore implements Store {
  readonly #clock: Clock;
  readonly #store: Store;
  observer: CommitObserver | undefined;

  constructor(clock: Clock, store: Store) {
    this.#clock = clock;
    this.#store = store;
  }

  async commit(writes: readonly Write[]): Promise<CommitResult> {
    const sentMs = this.#clock.wallMs();
    let appliedMs: number | null = null;
    try {
      const result = await this.#store.commit(writes);
      appliedMs = result.commitTimeMs;
      return result;
    } finally {
      this.observer?.({ sentMs, appliedMs }, writes);
    }
  }

  get(paths: readonly string[]): Promise<readonly (Snapshot | undefined)[]> {
    return this.#store.get(paths);
  }

  query(query: Query): Promise<readonly Snapshot[]> {
    return this.#store.query(query);
  }

  async transaction<T>(body: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    let written: Write[] = [];
    const result = await this.#store.transaction((transaction) => {
      written = []; // A transaction may be run again: only the run that commits counts.
      return body(notedTransaction(transaction, written));
    });
    const endedMs = this.#clock.wallMs();
    if (written.length > 0) this.observer?.({ sentMs: endedMs, appliedMs: endedMs }, written);
    return result;
  }
}
