import { documentsRoot } from "../../../data/document-path.ts";
import {
  encodeAggregationResponse,
  encodePartitions,
  encodeQueryResponse,
} from "../../../wire/encode-responses.ts";
import {
  readAggregationRequest,
  readPartitionRequest,
  readQueryRequest,
} from "../../../wire/read-query-requests.ts";
import type { Call, Method } from "../rpc.ts";
import { consistencyOf } from "./consistency.ts";
import type { ServiceParts } from "./service-parts.ts";

/** The methods that ask queries. Explain options are passed over, as the emulator does. */
export function queryMethods({
  engine,
  gate,
}: ServiceParts): readonly (readonly [string, Method])[] {
  async function* runQuery(bytes: Uint8Array, { signal }: Call): AsyncGenerator<Uint8Array> {
    const { database: name, query, selector } = readQueryRequest(bytes);
    await gate.query(name, query, signal);
    const database = engine.database(name);
    const root = documentsRoot(name);
    const { at, begun } = consistencyOf(database, selector);
    if (begun !== undefined) yield encodeQueryResponse(root, { transaction: begun });
    const { result, readTime } = await database.query(query, at);
    const { documents, skipped } = result;
    if (documents.length === 0) {
      yield encodeQueryResponse(root, { readTime, skipped, done: true });
    }
    for (const [index, document] of documents.entries()) {
      const done = index === documents.length - 1;
      yield encodeQueryResponse(root, {
        document,
        readTime,
        skipped: index === 0 ? skipped : 0,
        done,
      });
    }
  }

  async function* runAggregationQuery(
    bytes: Uint8Array,
    { signal }: Call,
  ): AsyncGenerator<Uint8Array> {
    const { database: name, query, aggregations, selector } = readAggregationRequest(bytes);
    await gate.query(name, query, signal);
    const database = engine.database(name);
    const { at, begun } = consistencyOf(database, selector);
    if (begun !== undefined) yield encodeAggregationResponse({ transaction: begun });
    const { result, readTime } = await database.aggregate(query, aggregations, at);
    yield encodeAggregationResponse({ result, readTime });
  }

  const partitionQuery = async (bytes: Uint8Array, { signal }: Call) => {
    const request = readPartitionRequest(bytes);
    const { database: name, query, partitions, pageSize, pageToken } = request;
    await gate.query(name, query, signal);
    const database = engine.database(name);
    const { at } = consistencyOf(database, request.selector);
    const cursors = await database.partition(query, partitions, at);
    const from = /^\d{1,9}$/.test(pageToken) ? Number(pageToken) : 0;
    const to = pageSize > 0 ? Math.min(from + pageSize, cursors.length) : cursors.length;
    return encodePartitions(cursors.slice(from, to), to < cursors.length ? String(to) : undefined);
  };

  return [
    ["RunQuery", { kind: "server-stream", handle: runQuery }],
    ["RunAggregationQuery", { kind: "server-stream", handle: runAggregationQuery }],
    ["PartitionQuery", { kind: "unary", handle: partitionQuery }],
  ];
}
