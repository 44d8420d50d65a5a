import { documentsRoot } from "../../firestore/data/document-path.ts";
import { FirestoreError } from "../../firestore/data/status.ts";
import type { Consistency, TransactionId } from "../../firestore/engine/engine.ts";
import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { retryTransaction } from "../../system/store/retry-transaction.ts";
import {
  StoreError,
  type CommitResult,
  type Query,
  type Snapshot,
  type Store,
  type StoreTransaction,
  type Write,
} from "../../system/store/store.ts";
import { toStructuredQuery } from "../audit/store-query.ts";
import { toSnapshot } from "./engine-values.ts";
import { requestBytesOf, toEngineWrite } from "./engine-writes.ts";
import type { InProcessDatabase, Patience } from "./in-process-database.ts";

export interface InProcessStoreOptions {
  /** How long one call may take before it fails with DEADLINE_EXCEEDED. */
  readonly deadlineMs: number;
}

/**
 * The service's port on a database in this process. As with the Admin SDK's adapter, every call is
 * made once, under a deadline, and only a transaction is run again.
 */
export function createInProcessStore(
  clock: Clock,
  rng: Rng,
  database: InProcessDatabase,
  options: InProcessStoreOptions,
): Store {
  const store = new InProcessStore(database, options);
  const waiting = {
    sleep: (durationMs: number) => clock.sleep(durationMs),
    draw: () => rng.next(),
  };
  return {
    commit: (writes) => store.commit(writes),
    get: (paths) => store.get(paths),
    query: (query) => store.query(query),
    transaction: <T>(body: (transaction: StoreTransaction) => Promise<T>) =>
      retryTransaction<TransactionId, T>(waiting, {
        begin: async (previous) => store.begin(previous),
        attempt: (id) => store.attempt(id, body),
        rollback: async (id) => database.rollback(id),
      }),
  };
}

class InProcessStore {
  readonly #database: InProcessDatabase;
  readonly #patience: Patience;
  readonly #root: string;

  constructor(database: InProcessDatabase, patience: Patience) {
    this.#database = database;
    this.#patience = patience;
    this.#root = documentsRoot(database.name);
  }

  async commit(writes: readonly Write[], transaction?: TransactionId): Promise<CommitResult> {
    const engineWrites = writes.map(toEngineWrite);
    const requestBytes = requestBytesOf(this.#root, engineWrites);
    const call = { writes: engineWrites, requestBytes, transaction };
    try {
      const { commitTime } = await this.#database.commit(call, this.#patience);
      return { commitTimeMs: Math.floor(commitTime.toMillis()) };
    } catch (error) {
      throw toStoreError(error, "commit", writes[0]?.path ?? "");
    }
  }

  async get(
    paths: readonly string[],
    at?: Consistency,
  ): Promise<readonly (Snapshot | undefined)[]> {
    if (paths.length === 0) return [];
    try {
      const found = new Map<string, Snapshot>();
      for (const { path, document } of await this.#database.get(paths, this.#patience, at)) {
        if (document !== undefined) found.set(path, toSnapshot(document));
      }
      return paths.map((path) => found.get(path));
    } catch (error) {
      throw toStoreError(error, "get", paths[0] ?? "");
    }
  }

  async query(query: Query, at?: Consistency): Promise<readonly Snapshot[]> {
    try {
      const structured = toStructuredQuery(query, this.#root);
      return (await this.#database.query(structured, this.#patience, at)).map(toSnapshot);
    } catch (error) {
      throw toStoreError(error, "query", pathOf(query));
    }
  }

  begin(previous: TransactionId | undefined): TransactionId {
    try {
      return this.#database.begin(previous);
    } catch (error) {
      throw toStoreError(error, "begin transaction", "");
    }
  }

  async attempt<T>(
    id: TransactionId,
    body: (transaction: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    const at: Consistency = { kind: "transaction", transaction: id };
    const writes: Write[] = [];
    const result = await body({
      get: (paths) => this.get(paths, at),
      query: (query) => this.query(query, at),
      write: (...more) => void writes.push(...more),
    });
    await this.commit(writes, id);
    return result;
  }
}

function pathOf({ from }: Query): string {
  return from.kind === "collection" ? from.path : `**/${from.name}`;
}

/** A refusal as the port knows it; anything else is a fault of the program, and stays as it is. */
export function toStoreError(error: unknown, operation: string, path: string): unknown {
  if (!(error instanceof FirestoreError)) return error;
  return new StoreError(error.code, operation, path, error.message, { cause: error });
}
