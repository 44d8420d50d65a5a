import { setTimeout as sleep } from "node:timers/promises";
import { equalJitterBackOffMs, type BackOff } from "../../std/back-off.ts";
import { commit, getDocuments, runQuery, type TransactionId } from "./admin-calls.ts";
import type { Transport } from "./admin-transport.ts";
import { StoreError, type StoreTransaction, type Write } from "./store.ts";

/** As many as the SDK's runTransaction makes by default. */
const ATTEMPTS_MAX = 5;
const BACK_OFF: BackOff = { baseMs: 200, factor: 2, capMs: 1600 };

/**
 * Runs `body` in a read-write transaction. When the server aborts it (contention), it is rolled
 * back and run again after a wait, under the earlier transaction's priority.
 */
export async function runTransaction<T>(
  transport: Transport,
  body: (transaction: StoreTransaction) => Promise<T>,
): Promise<T> {
  let previous: TransactionId;
  for (let attempt = 1; ; attempt += 1) {
    const id = await begin(transport, previous);
    try {
      return await attemptOnce(transport, id, body);
    } catch (error) {
      await rollback(transport, id);
      if (!isContention(error) || attempt === ATTEMPTS_MAX) throw error;
      previous = id;
      await sleep(equalJitterBackOffMs(BACK_OFF, attempt, Math.random()));
    }
  }
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

/**
 * Frees the locks of a failed attempt early. Its own failure changes nothing: the server rolls
 * back by itself, and the attempt's error is the one to report.
 */
async function rollback(transport: Transport, id: TransactionId): Promise<void> {
  const occasion = { operation: "rollback", path: "" };
  const database = await transport.databaseName(occasion);
  await transport.unary(occasion, "rollback", { database, transaction: id }).catch(() => undefined);
}

function isContention(error: unknown): boolean {
  return error instanceof StoreError && error.code === "ABORTED";
}
