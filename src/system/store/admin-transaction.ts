import { setTimeout as sleep } from "node:timers/promises";
import { commit, getDocuments, runQuery, type TransactionId } from "./admin-calls.ts";
import type { Transport } from "./admin-transport.ts";
import { retryTransaction } from "./retry-transaction.ts";
import type { StoreTransaction, Write } from "./store.ts";

/** Runs `body` in a read-write transaction, again when the server aborts it. */
export function runTransaction<T>(
  transport: Transport,
  body: (transaction: StoreTransaction) => Promise<T>,
): Promise<T> {
  return retryTransaction<TransactionId, T>(
    { sleep: (durationMs) => sleep(durationMs), draw: () => Math.random() },
    {
      begin: (previous) => begin(transport, previous),
      attempt: (id) => attemptOnce(transport, id, body),
      rollback: (id) => rollback(transport, id),
    },
  );
}

async function attemptOnce<T>(
  transport: Transport,
  id: TransactionId,
  body: (transaction: StoreTransaction) => Promise<T>,
): Promise<T> {
  const writes: Write[] = [];
  const result = await body({
    get: (paths) => getDocuments(transport, paths, id),
    query: (query) => runQuery(transport, query, id),
    write: (...more) => void writes.push(...more),
  });
  await commit(transport, writes, id);
  return result;
}

async function begin(transport: Transport, previous: TransactionId): Promise<TransactionId> {
  const occasion = { operation: "begin transaction", path: "" };
  const { transaction } = await transport.unary<{ readonly transaction: Uint8Array }>(
    occasion,
    "beginTransaction",
    {
      database: await transport.databaseName(occasion),
      options: { readWrite: previous ? { retryTransaction: previous } : {} },
    },
  );
  return transaction;
}

/** Its own failure changes nothing: the server rolls back by itself. */
async function rollback(transport: Transport, id: TransactionId): Promise<void> {
  const occasion = { operation: "rollback", path: "" };
  const database = await transport.databaseName(occasion);
  await transport.unary(occasion, "rollback", { database, transaction: id }).catch(() => undefined);
}
