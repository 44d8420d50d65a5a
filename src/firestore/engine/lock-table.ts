import type { Document } from "../data/document.ts";
import { pathKey } from "../data/document-path.ts";
import type { Predicate, Transaction } from "./transaction.ts";

/** A document that a commit is about to change. */
export interface Touched {
  readonly path: string;
  readonly before: Document | undefined;
  readonly after: Document | undefined;
}

/**
 * Who has read what. Locks are shared ones only: a commit is over in an instant, so it needs no lock
 * that lasts, only that nobody else holds one on what it changes. A query locks every document that
 * it matches, also those that do not exist yet, so that there are no phantoms.
 */
export class LockTable {
  readonly #readers = new Map<string, Set<Transaction>>();
  readonly #queriers = new Set<Transaction>();

  get isEmpty(): boolean {
    return this.#readers.size === 0 && this.#queriers.size === 0;
  }

  get hasQueriers(): boolean {
    return this.#queriers.size > 0;
  }

  lockPath(transaction: Transaction, path: string): void {
    if (transaction.paths.has(path)) return;
    transaction.paths.add(path);
    const readers = this.#readers.get(path) ?? new Set();
    this.#readers.set(path, readers.add(transaction));
  }

  lockPredicate(transaction: Transaction, predicate: Predicate): void {
    transaction.predicates.push(predicate);
    this.#queriers.add(transaction);
  }

  release(transaction: Transaction): void {
    for (const path of transaction.paths) {
      const readers = this.#readers.get(path);
      readers?.delete(transaction);
      if (readers?.size === 0) this.#readers.delete(path);
    }
    this.#queriers.delete(transaction);
  }

  /** Those, but for the writer itself, that have read one of the documents by name. */
  readersOf(paths: Iterable<string>, writer: Transaction | undefined): ReadonlySet<Transaction> {
    const found = new Set<Transaction>();
    for (const path of paths) {
      for (const reader of this.#readers.get(path) ?? []) if (reader !== writer) found.add(reader);
    }
    return found;
  }

  /** Those, but for the writer itself, whose queries would see one of the changes. */
  queriersOf(
    touched: Iterable<Touched>,
    writer: Transaction | undefined,
  ): ReadonlySet<Transaction> {
    const found = new Set<Transaction>();
    if (this.#queriers.size === 0) return found;
    for (const change of touched) {
      for (const querier of this.#queriers) {
        if (querier !== writer && !found.has(querier) && seesChange(querier, change)) {
          found.add(querier);
        }
      }
    }
    return found;
  }
}

/** Whether one of the transaction's queries matches the document before or after the change. */
export function seesChange({ predicates }: Transaction, { path, before, after }: Touched): boolean {
  let key: string | undefined;
  return predicates.some(({ covers, matches }) => {
    if (!covers(path)) return false;
    key ??= pathKey(path);
    return (
      (before !== undefined && matches(before, key)) || (after !== undefined && matches(after, key))
    );
  });
}
