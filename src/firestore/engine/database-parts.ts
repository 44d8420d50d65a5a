import type { Clock } from "../../std/clock.ts";
import type { DatabaseName } from "../data/document.ts";
import type { CommitTimes } from "./commit-times.ts";
import { Committer } from "./committer.ts";
import { ConsistentReads } from "./consistent-reads.ts";
import type { HistoryLimits } from "./history.ts";
import { Listeners } from "./listeners.ts";
import { LockQueue } from "./lock-queue.ts";
import { LockTable } from "./lock-table.ts";
import { Reader } from "./reader.ts";
import { closedTransaction } from "./refusals.ts";
import { Store } from "./store.ts";
import { Transactions } from "./transactions.ts";

/** Everything of a database that `clear` begins anew. */
export interface DatabaseParts {
  readonly store: Store;
  readonly reader: Reader;
  readonly reads: ConsistentReads;
  readonly queue: LockQueue;
  readonly transactions: Transactions;
  readonly listeners: Listeners;
  readonly committer: Committer;
}

export interface PartsOptions {
  readonly clock: Clock;
  readonly database: DatabaseName;
  readonly times: CommitTimes;
  readonly history: HistoryLimits;
  /** Names this life of the database: IDs and tokens of another are not taken. */
  readonly life: number;
}

export function createParts({
  clock,
  database,
  times,
  history,
  life,
}: PartsOptions): DatabaseParts {
  const store = new Store(history);
  const locks = new LockTable();
  const transactions = new Transactions(clock, `tx-${life.toString(16)}-`, (ended) => {
    locks.release(ended);
    queue.drop(ended, closedTransaction());
    queue.pump();
  });
  const queue = new LockQueue(clock, transactions);
  const listeners = new Listeners(database, store, times, life);
  const committer = new Committer({
    database,
    store,
    times,
    locks,
    queue,
    onChanges: (changes, micros) => {
      listeners.notify(changes, micros);
    },
  });
  const reader = new Reader(database, store);
  const reads = new ConsistentReads({ store, reader, times, locks, queue, transactions });
  return { store, reader, reads, queue, transactions, listeners, committer };
}
