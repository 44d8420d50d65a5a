import type { Clock } from "../../std/clock.ts";
import { LIMITS } from "../limits/limits.ts";
import type { TransactionId, TransactionMode } from "./engine.ts";
import type { Micros } from "./micros.ts";
import { closedTransaction, unknownTransaction } from "./refusals.ts";
import { Transaction } from "./transaction.ts";

const IDLE_MS_MAX = LIMITS["transaction-idle"].value;
const TOTAL_MS_MAX = LIMITS["transaction-time"].value;
/** Ended transactions remembered for `retryOf`; an older one is retried as if it were new. */
const ENDED_MAX = 10_000;

/** The transactions under way, by ID. It ends those that have run, or idled, for too long. */
export class Transactions {
  readonly #clock: Clock;
  /** Told of every transaction that ends, however it ends. */
  readonly #onEnd: (transaction: Transaction) => void;
  /** Sets our IDs apart from those of another database, or of one before `clear`. */
  readonly #prefix: string;
  readonly #open = new Map<TransactionId, Transaction>();
  readonly #endedBirths = new Map<TransactionId, number>();
  #count = 0;

  constructor(clock: Clock, prefix: string, onEnd: (transaction: Transaction) => void) {
    this.#clock = clock;
    this.#prefix = prefix;
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#open.size;
  }

  begin(mode: TransactionMode, snapshot: Micros): Transaction {
    this.expire();
    this.#count += 1;
    const transaction = new Transaction({
      id: `${this.#prefix}${this.#count}`,
      mode,
      snapshot,
      birth: this.#birthOf(mode) ?? this.#count,
      nowMs: this.#clock.monotonicMs(),
    });
    this.#open.set(transaction.id, transaction);
    return transaction;
  }

  /** The transaction, which counts as used now. Refuses one that is not under way. */
  use(id: TransactionId): Transaction {
    const transaction = this.find(id);
    if (transaction === undefined) throw closedTransaction();
    transaction.lastUsedMs = this.#clock.monotonicMs();
    return transaction;
  }

  /** Undefined: it has ended. Refuses an ID that was never given out. */
  find(id: TransactionId): Transaction | undefined {
    if (!this.#isOurs(id)) throw unknownTransaction();
    const transaction = this.#open.get(id);
    if (transaction === undefined || !this.#isExpired(transaction)) return transaction;
    this.end(transaction);
    return undefined;
  }

  end(transaction: Transaction): void {
    if (!this.#open.delete(transaction.id)) return;
    transaction.isOpen = false;
    this.#endedBirths.set(transaction.id, transaction.birth);
    if (this.#endedBirths.size > ENDED_MAX) {
      const oldest = this.#endedBirths.keys().next();
      if (oldest.done !== true) this.#endedBirths.delete(oldest.value);
    }
    this.#onEnd(transaction);
  }

  endAll(): void {
    for (const transaction of this.#open.values()) this.end(transaction);
  }

  /** Ends those whose time is over. */
  expire(): void {
    for (const transaction of this.#open.values()) {
      if (this.#isExpired(transaction)) this.end(transaction);
    }
  }

  /** When the transaction ends if it is not used again (Clock.monotonicMs). */
  expiresAtMs({ startedMs, lastUsedMs }: Transaction): number {
    return Math.min(startedMs + TOTAL_MS_MAX, lastUsedMs + IDLE_MS_MAX);
  }

  #isExpired(transaction: Transaction): boolean {
    return this.#clock.monotonicMs() >= this.expiresAtMs(transaction);
  }

  #birthOf(mode: TransactionMode): number | undefined {
    if (mode.kind !== "read-write" || mode.retryOf === undefined) return undefined;
    if (!this.#isOurs(mode.retryOf)) throw unknownTransaction();
    return this.#open.get(mode.retryOf)?.birth ?? this.#endedBirths.get(mode.retryOf);
  }

  #isOurs(id: TransactionId): boolean {
    if (!id.startsWith(this.#prefix)) return false;
    const number = Number(id.slice(this.#prefix.length));
    return Number.isInteger(number) && number >= 1 && number <= this.#count;
  }
}
