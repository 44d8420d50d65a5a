import type { Method, Plain } from "../judge/firestore-wire.ts";

/**
 * A case is a list of steps, the same for every server, as plain data. In its requests
 * - "$DB" stands for the database's name ("projects/P/databases/D"),
 * - { $timeOf: id } for the time that the step of this id committed at, by that server's clock.
 */
export type Case = readonly Step[];

export type Step = Call | Pages | Transaction;

/** One call. */
export interface Call {
  readonly kind: "call";
  readonly id: number;
  readonly method: Method;
  readonly request: Plain;
}

/** A list call and all its further pages. */
export interface Pages {
  readonly kind: "pages";
  readonly id: number;
  readonly method: "ListDocuments" | "ListCollectionIds";
  readonly request: Plain;
}

/**
 * A transaction from begin to end. What it holds is apart from the other steps, so that no shrunken
 * case leaves locks behind. Outside calls happen between its reads and its end, and only where
 * it takes no locks.
 */
export interface Transaction {
  readonly kind: "transaction";
  readonly id: number;
  /** TransactionOptions. */
  readonly options: Plain;
  readonly reads: readonly Call[];
  readonly outside: readonly Call[];
  readonly readsAgain: readonly Call[];
  /** The writes of its commit, or undefined for a rollback. */
  readonly writes: readonly Plain[] | undefined;
}
