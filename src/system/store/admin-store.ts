import type { Firestore } from "@google-cloud/firestore";
import { commit, getDocuments, runQuery } from "./admin-calls.ts";
import { runTransaction } from "./admin-transaction.ts";
import { createTransport } from "./admin-transport.ts";
import type { Store } from "./store.ts";

export interface AdminStoreOptions {
  /** How long one call may take before it fails with DEADLINE_EXCEEDED. */
  readonly deadlineMs?: number;
}

const DEFAULT_DEADLINE_MS = 10_000;

/**
 * The store port on the Admin SDK. Every call is made once, under a deadline; only a transaction
 * is run again, and only when the server aborts it.
 */
export function createAdminStore(firestore: Firestore, options: AdminStoreOptions = {}): Store {
  const transport = createTransport(firestore, options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  return {
    commit: (writes) => commit(transport, writes),
    get: (paths) => getDocuments(transport, paths),
    query: (query) => runQuery(transport, query),
    transaction: (body) => runTransaction(transport, body),
  };
}
