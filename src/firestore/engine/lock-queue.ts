import type { Clock } from "../../std/clock.ts";
import { LIMITS } from "../limits/limits.ts";
import { cancelled, crossTransactionContention, tooMuchContention } from "./refusals.ts";
import type { Predicate, Transaction } from "./transaction.ts";
import type { Transactions } from "./transactions.ts";

const LOCK_DEADLINE_MS = LIMITS["lock-deadline"].value;

/** Something that may have to wait for locks. */
export interface LockRequest {
  /** Undefined: a commit outside any transaction. */
  readonly owner: Transaction | undefined;
  readonly kind: "read" | "write";
  readonly paths: ReadonlySet<string>;
  /** For a query in place of paths. */
  readonly predicate?: Predicate | undefined;
  /** The transactions whose locks stand in the way now. */
  readonly holders: () => ReadonlySet<Transaction>;
  /** Takes what it wants. Called when nobody is in the way; must not wait. What it throws goes to the waiter. */
  readonly run: () => void;
}

interface Waiter {
  readonly request: LockRequest;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly deadlineMs: number;
  readonly timer: AbortController;
  isSettled: boolean;
}

/**
 * Who waits for locks, first come first served: a request also waits behind an earlier one that
 * wants the same, so that readers who keep coming cannot hold a writer off. Where transactions wait
 * for each other in a ring, the youngest is given up at once.
 */
export class LockQueue {
  readonly #clock: Clock;
  readonly #transactions: Transactions;
  #waiters: Waiter[] = [];
  readonly #byOwner = new Map<Transaction, Set<Waiter>>();
  #isPumping = false;
  #mustPumpAgain = false;

  constructor(clock: Clock, transactions: Transactions) {
    this.#clock = clock;
    this.#transactions = transactions;
  }

  get size(): number {
    return this.#waiters.length;
  }

  /** Whether the request could run now, ahead of nobody. */
  isFree(request: LockRequest): boolean {
    return request.holders().size === 0 && !this.#isHeldBack(request, this.#waiters);
  }

  /** Runs the request when it is its turn. Rejects after the lock deadline, or when it is given up. */
  async wait(request: LockRequest, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) throw cancelled(signal.reason);
    let onAbort = (): void => undefined;
    const turn = new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        request,
        resolve,
        reject,
        deadlineMs: this.#clock.monotonicMs() + LOCK_DEADLINE_MS,
        timer: new AbortController(),
        isSettled: false,
      };
      onAbort = () => {
        this.#fail(waiter, cancelled(signal?.reason));
        this.pump();
      };
      this.#enqueue(waiter);
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await turn;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #enqueue(waiter: Waiter): void {
    const { request } = waiter;
    this.#waiters.push(waiter);
    if (request.owner !== undefined) {
      this.#byOwner.set(request.owner, (this.#byOwner.get(request.owner) ?? new Set()).add(waiter));
    }
    this.#breakRings(waiter);
    void this.#watchTime(waiter);
  }

  /** Lets through everybody who can go now. To be called whenever locks were released. */
  pump(): void {
    this.#mustPumpAgain = true;
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#mustPumpAgain) {
        this.#mustPumpAgain = false;
        this.#pumpOnce();
        // What stands in a commit's way depends on the documents, which may just have changed.
        for (const waiter of this.#waiters) this.#breakRings(waiter);
      }
    } finally {
      this.#isPumping = false;
    }
  }

  /** A transaction that has ended waits for nothing any more. */
  drop(transaction: Transaction, reason: unknown): void {
    for (const waiter of this.#waitersOf(transaction)) this.#fail(waiter, reason);
  }

  #pumpOnce(): void {
    const ahead: Waiter[] = [];
    // Those who leave are taken out of a copy of the list, so that this one stays as it is.
    for (const waiter of this.#waiters) {
      if (waiter.isSettled) continue;
      const { request } = waiter;
      if (request.holders().size > 0 || this.#isHeldBack(request, ahead)) {
        ahead.push(waiter);
        continue;
      }
      try {
        this.#settle(waiter);
        this.#mustPumpAgain = true;
        request.run();
        waiter.resolve();
      } catch (error) {
        waiter.reject(error);
      }
    }
  }

  /** Nobody waits behind a request that waits, in the end, for that very transaction. */
  #isHeldBack(request: LockRequest, ahead: readonly Waiter[]): boolean {
    return ahead.some(
      (other) =>
        conflict(other.request, request) &&
        (request.owner === undefined || !this.#waitsFor(other, request.owner)),
    );
  }

  /** What a transaction waits for; it may read several things at once. */
  #waitersOf(owner: Transaction): Iterable<Waiter> {
    return this.#byOwner.get(owner) ?? [];
  }

  #waitsFor(waiter: Waiter, transaction: Transaction): boolean {
    return this.#ringThrough(waiter, transaction, new Set()) !== undefined;
  }

  /** The transactions on a way along "waits for" from the waiter to the transaction. */
  #ringThrough(
    waiter: Waiter,
    target: Transaction,
    visited: Set<Waiter>,
  ): readonly Transaction[] | undefined {
    if (visited.has(waiter)) return undefined;
    visited.add(waiter);
    for (const holder of waiter.request.holders()) {
      if (holder === target) return [target];
      for (const next of this.#waitersOf(holder)) {
        const rest = this.#ringThrough(next, target, visited);
        if (rest !== undefined) return [holder, ...rest];
      }
    }
    for (const ahead of this.#waiters) {
      if (ahead === waiter) break;
      if (!conflict(ahead.request, waiter.request)) continue;
      const rest = this.#ringThrough(ahead, target, visited);
      if (rest !== undefined) return rest;
    }
    return undefined;
  }

  /** Gives up the youngest of every ring that the new waiter closes by waiting for locks held. */
  #breakRings(waiter: Waiter): void {
    const { owner, holders } = waiter.request;
    if (owner === undefined) return;
    while (!waiter.isSettled) {
      const ring = this.#ringFrom(waiter, owner, holders());
      if (ring === undefined) return;
      const youngest = ring.reduce((left, right) => (right.birth > left.birth ? right : left));
      this.drop(youngest, crossTransactionContention());
      this.#transactions.end(youngest);
    }
  }

  #ringFrom(
    waiter: Waiter,
    owner: Transaction,
    holders: ReadonlySet<Transaction>,
  ): readonly Transaction[] | undefined {
    for (const holder of holders) {
      for (const next of this.#waitersOf(holder)) {
        const ring = this.#ringThrough(next, owner, new Set([waiter]));
        if (ring !== undefined) return [holder, ...ring];
      }
    }
    return undefined;
  }

  /** Wakes up for the deadline, and whenever a transaction in the way may have run out of time. */
  async #watchTime(waiter: Waiter): Promise<void> {
    while (!waiter.isSettled) {
      const nowMs = this.#clock.monotonicMs();
      const nextMs = [...waiter.request.holders()].reduce(
        (earliest, holder) => Math.min(earliest, this.#transactions.expiresAtMs(holder)),
        waiter.deadlineMs,
      );
      try {
        await this.#clock.sleep(Math.max(0, nextMs - nowMs), waiter.timer.signal);
      } catch (error) {
        if (waiter.isSettled) return;
        throw error;
      }
      if (waiter.isSettled) return;
      this.#transactions.expire();
      this.pump();
      if (this.#clock.monotonicMs() >= waiter.deadlineMs) this.#fail(waiter, tooMuchContention());
    }
  }

  #fail(waiter: Waiter, error: unknown): void {
    if (waiter.isSettled) return;
    this.#settle(waiter);
    waiter.reject(error);
  }

  #settle(waiter: Waiter): void {
    waiter.isSettled = true;
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    const { owner } = waiter.request;
    const own = owner === undefined ? undefined : this.#byOwner.get(owner);
    own?.delete(waiter);
    if (owner !== undefined && own?.size === 0) this.#byOwner.delete(owner);
    waiter.timer.abort();
  }
}

function conflict(one: LockRequest, other: LockRequest): boolean {
  if (one.kind === "read" && other.kind === "read") return false;
  if (one.owner !== undefined && one.owner === other.owner) return false;
  return overlaps(one, other) || overlaps(other, one);
}

function overlaps(one: LockRequest, other: LockRequest): boolean {
  for (const path of one.paths) {
    if (other.paths.has(path) || other.predicate?.covers(path) === true) return true;
  }
  return false;
}
