import type { CommitTimes } from "./commit-times.ts";
import type { Consistency, ReadResult } from "./engine.ts";
import type { LockQueue } from "./lock-queue.ts";
import type { LockTable } from "./lock-table.ts";
import { type Micros, microsOf, timestampOf } from "./micros.ts";
import type { NormalQuery } from "./normal-query.ts";
import { predicateOf } from "./predicate.ts";
import type { At, Reader } from "./reader.ts";
import {
  closedTransaction,
  readTimeBeforeEpoch,
  readTimeInFuture,
  readTimeTooOld,
} from "./refusals.ts";
import type { Store } from "./store.ts";
import type { Predicate, Transaction } from "./transaction.ts";
import type { Transactions } from "./transactions.ts";

/** What a read is about to look at, so that it can be locked. */
export type Reads = { readonly paths: readonly string[] } | { readonly predicate: Predicate };

export interface ConsistentReadsParts {
  readonly store: Store;
  readonly reader: Reader;
  readonly times: CommitTimes;
  readonly locks: LockTable;
  readonly queue: LockQueue;
  readonly transactions: Transactions;
}

const NOBODY: ReadonlySet<Transaction> = new Set();

/** Reads at the time, and with the locks, that the client asked for. */
export class ConsistentReads {
  readonly #parts: ConsistentReadsParts;

  constructor(parts: ConsistentReadsParts) {
    this.#parts = parts;
  }

  readQuery<T>(
    at: Consistency,
    query: NormalQuery,
    answer: (reader: Reader, at: At) => T,
  ): Promise<ReadResult<T>> {
    return this.read(at, { predicate: predicateOf(query) }, answer);
  }

  /** Reads as the consistency says: now, in the past, or in a transaction and with its locks. */
  async read<T>(
    at: Consistency,
    reads: Reads,
    answer: (reader: Reader, at: At) => T,
  ): Promise<ReadResult<T>> {
    const { reader } = this.#parts;
    switch (at.kind) {
      case "latest":
        return {
          readTime: timestampOf(this.#parts.times.forRead()),
          result: answer(reader, "latest"),
        };
      case "read-time": {
        const micros = this.checkedReadTime(microsOf(at.readTime));
        return { readTime: timestampOf(micros), result: answer(reader, micros) };
      }
      case "transaction":
        return this.#readIn(this.#parts.transactions.use(at.transaction), reads, answer);
    }
  }

  async #readIn<T>(
    transaction: Transaction,
    reads: Reads,
    answer: (reader: Reader, at: At) => T,
  ): Promise<ReadResult<T>> {
    const { reader, store } = this.#parts;
    if (transaction.isLocking) {
      await this.#lock(transaction, reads);
      return {
        readTime: timestampOf(this.#parts.times.forRead()),
        result: answer(reader, "latest"),
      };
    }
    const { snapshot } = transaction;
    if (!store.history.reaches(snapshot, this.#parts.times.now())) throw readTimeTooOld();
    if (transaction.isOptimistic) {
      if ("paths" in reads) for (const path of reads.paths) transaction.paths.add(path);
      else transaction.predicates.push(reads.predicate);
    }
    return { readTime: timestampOf(snapshot), result: answer(reader, snapshot) };
  }

  /** Waits for its turn behind writers, then holds shared locks until the transaction ends. */
  async #lock(transaction: Transaction, reads: Reads): Promise<void> {
    const { locks, queue } = this.#parts;
    const take = (): void => {
      if (!transaction.isOpen) throw closedTransaction();
      if ("paths" in reads) for (const path of reads.paths) locks.lockPath(transaction, path);
      else locks.lockPredicate(transaction, reads.predicate);
    };
    const request = {
      owner: transaction,
      kind: "read",
      paths: new Set("paths" in reads ? reads.paths : []),
      predicate: "predicate" in reads ? reads.predicate : undefined,
      holders: () => NOBODY,
      run: take,
    } as const;
    if (queue.size === 0 || queue.isFree(request)) take();
    else await queue.wait(request, undefined);
  }

  checkedReadTime(micros: Micros): Micros {
    const now = this.#parts.times.forRead();
    if (micros <= 0) throw readTimeBeforeEpoch();
    if (micros > now) throw readTimeInFuture();
    if (!this.#parts.store.history.reaches(micros, now)) throw readTimeTooOld();
    return micros;
  }
}
