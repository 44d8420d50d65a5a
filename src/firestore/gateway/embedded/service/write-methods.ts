import type { DatabaseName } from "../../../data/document.ts";
import { FirestoreError } from "../../../data/status.ts";
import type { WriteResult } from "../../../data/write.ts";
import {
  EMPTY,
  encodeBatchWriteResponse,
  encodeBeginResponse,
  encodeCommitResponse,
  encodeWriteResponse,
} from "../../../wire/encode-responses.ts";
import { readBeginRequest, readRollbackRequest } from "../../../wire/read-transaction-requests.ts";
import { readWriteRequest, type WriteRequest } from "../../../wire/read-write-request.ts";
import type { BidiStream, Call, Method } from "../rpc.ts";
import { modeOf, transactionBytes, transactionId } from "./consistency.ts";
import { newDocumentId } from "./document-id.ts";
import type { ServiceParts } from "./service-parts.ts";

/** The methods that write, and those that begin and end transactions. */
export function writeMethods(parts: ServiceParts): readonly (readonly [string, Method])[] {
  const { engine, gate } = parts;

  const commit = async (bytes: Uint8Array, { signal }: Call) => {
    const request = readWriteRequest("commit", bytes);
    const database = databaseOf(request);
    const { transaction, writes } = request;
    await gate.commit({ database, writes, requestBytes: bytes.length }, signal);
    const id = transaction === undefined ? undefined : transactionId(transaction);
    const { writeResults, commitTime } = await engine.database(database).commit(writes, id, signal);
    return encodeCommitResponse(writeResults, commitTime);
  };

  const batchWrite = async (bytes: Uint8Array, { signal }: Call) => {
    const request = readWriteRequest("batch-write", bytes);
    const database = databaseOf(request);
    const { writes } = request;
    const attempt = { database, writes, requestBytes: bytes.length };
    const refusals = await gate.batchWrite(attempt, signal);
    const admitted = writes.filter((_, index) => refusals[index] === undefined);
    const results = await engine.database(database).batchWrite(admitted);
    let next = 0;
    return encodeBatchWriteResponse(
      refusals.map((refusal) => refusal ?? resultAt(results, next++)),
    );
  };

  const begin = (bytes: Uint8Array) => {
    const { database, options } = readBeginRequest(bytes);
    const { transaction } = engine.database(database).begin(modeOf(options));
    return Promise.resolve(encodeBeginResponse(transactionBytes(transaction)));
  };

  const rollback = (bytes: Uint8Array) => {
    const { database, transaction } = readRollbackRequest(bytes);
    engine.database(database).rollback(transactionId(transaction));
    return Promise.resolve(EMPTY);
  };

  return [
    ["Commit", { kind: "unary", handle: commit }],
    ["BatchWrite", { kind: "unary", handle: batchWrite }],
    // Async, so that what they throw rejects.
    ["BeginTransaction", { kind: "unary", handle: async (bytes) => begin(bytes) }],
    ["Rollback", { kind: "unary", handle: async (bytes) => rollback(bytes) }],
    ["Write", { kind: "bidi", handle: (stream) => serveWriteStream(parts, stream) }],
  ];
}

/**
 * Write: the first request names the database and is answered with the stream's ID and a token; each
 * one after it is a commit, whose answer carries the next token. One without writes is the last. The
 * first refusal ends the stream.
 */
async function serveWriteStream(parts: ServiceParts, stream: BidiStream): Promise<void> {
  const { engine, gate, rng } = parts;
  const streamId = newDocumentId(rng);
  let database: DatabaseName | undefined;
  let position = 0;
  for await (const bytes of stream.requests) {
    const request = readWriteRequest("write-stream", bytes);
    const { writes } = request;
    const streamToken = Buffer.from(`${streamId}/${position}`);
    position += 1;
    if (database === undefined) {
      database = databaseOf(request);
      if (writes.length > 0) {
        throw new FirestoreError("INVALID_ARGUMENT", "The first WriteRequest must have no writes.");
      }
      await stream.send(
        encodeWriteResponse({ streamId, streamToken, results: [], commitTime: undefined }),
      );
      continue;
    }
    if (writes.length === 0) {
      await stream.send(
        encodeWriteResponse({ streamId: "", streamToken, results: [], commitTime: undefined }),
      );
      return;
    }
    await gate.commit({ database, writes, requestBytes: bytes.length }, stream.signal);
    const { writeResults: results, commitTime } = await engine
      .database(database)
      .commit(writes, undefined, stream.signal);
    await stream.send(encodeWriteResponse({ streamId: "", streamToken, results, commitTime }));
  }
}

function databaseOf({ database }: WriteRequest): DatabaseName {
  if (database !== undefined) return database;
  throw new FirestoreError("INVALID_ARGUMENT", 'Database name "" lacks "projects" at index 0.');
}

function resultAt(
  results: readonly (WriteResult | FirestoreError)[],
  index: number,
): WriteResult | FirestoreError {
  return results[index] ?? new FirestoreError("INTERNAL", "The write was not answered.");
}
