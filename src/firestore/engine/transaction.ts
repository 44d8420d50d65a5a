import type { TransactionId, TransactionMode } from "./engine.ts";
import type { Micros } from "./micros.ts";
import type { Matcher } from "./filter-matcher.ts";

/** The documents that a query of a transaction went through, and would have returned. */
export interface Predicate {
  /** Whether a document at this path could be among them. */
  readonly covers: (path: string) => boolean;
  readonly matches: Matcher;
}

/** A transaction that is under way, and what it has read. */
export class Transaction {
  readonly id: TransactionId;
  readonly mode: TransactionMode;
  /** What it sees when it reads without locks. */
  readonly snapshot: Micros;
  /** Lower is older. A retry keeps the place of what it retries, so that it wins in the end. */
  readonly birth: number;
  readonly startedMs: number;
  lastUsedMs: number;
  isOpen = true;
  /** Documents read, there or not. */
  readonly paths = new Set<string>();
  readonly predicates: Predicate[] = [];

  constructor(options: {
    readonly id: TransactionId;
    readonly mode: TransactionMode;
    readonly snapshot: Micros;
    readonly birth: number;
    readonly nowMs: number;
  }) {
    this.id = options.id;
    this.mode = options.mode;
    this.snapshot = options.snapshot;
    this.birth = options.birth;
    this.startedMs = options.nowMs;
    this.lastUsedMs = options.nowMs;
  }

  get isLocking(): boolean {
    return this.mode.kind === "read-write" && this.mode.concurrency === "pessimistic";
  }

  get isOptimistic(): boolean {
    return this.mode.kind === "read-write" && this.mode.concurrency === "optimistic";
  }
}
