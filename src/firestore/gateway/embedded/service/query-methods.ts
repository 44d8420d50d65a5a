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
import { Explainer } from "./explainer.ts";
import type { ServiceParts } from "./service-parts.ts";

/** The methods that ask queries. */
export function queryMethods(parts: ServiceParts): readonly (readonly [string, Method])[] {
  const { engine, gate } = parts;
  const explainer = new Explainer(parts);

  async function* runQuery(bytes: Uint8Array, { signal }: Call): AsyncGenerator<Uint8Array> {
    const request = readQueryRequest(bytes);
    const { database: name, query, selector } = request;
    await gate.query({ database: name, query }, signal);
    const root = documentsRoot(name);
    const explanation = explainer.begin(request);
    if (request.explain === "plan") {
      yield encodeQueryResponse(root, { explain: explanation.plan() });
      return;
    }
    const database = engine.database(name);
    const { at, begun } = consistencyOf(database, selector);
    if (begun !== undefined) yield encodeQueryResponse(root, { transaction: begun });
    const { result, readTime } = await database.query(query, at);
    const { documents, skipped } = result;
    const last = {
      readTime,
      done: true,
      explain: explanation.execution(documents.length, documents.length + skipped),
    };
    if (documents.length === 0) yield encodeQueryResponse(root, { ...last, skipped });
    for (const [index, document] of documents.entries()) {
      yield encodeQueryResponse(root, {
        ...(index === documents.length - 1 ? last : { readTime }),
        document,
        skipped: index === 0 ? skipped : 0,
      });
    }
  }

  async function* runAggregationQuery(
    bytes: Uint8Array,
    { signal }: Call,
  ): AsyncGenerator<Uint8Array> {
    const request = readAggregationRequest(bytes);
    const { database: name, query, aggregations, selector } = request;
    const aggregated = aggregations.flatMap(({ operator }) =>
      operator.kind === "count" ? [] : [operator.field],
    );
    await gate.query({ database: name, query, aggregated }, signal);
    const explanation = explainer.begin(request, aggregated);
    if (request.explain === "plan") {
      yield encodeAggregationResponse({ explain: explanation.plan() });
      return;
    }
    const database = engine.database(name);
    const { at, begun } = consistencyOf(database, selector);
    if (begun !== undefined) yield encodeAggregationResponse({ transaction: begun });
    const { result, readTime } = await database.aggregate(query, aggregations, at);
    yield encodeAggregationResponse({ result, readTime, explain: explanation.execution(1, 1) });
  }

  const partitionQuery = async (bytes: Uint8Array, { signal }: Call) => {
    const request = readPartitionRequest(bytes);
    const { database: name, query, partitions, pageSize, pageToken } = request;
    await gate.query({ database: name, query }, signal);
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
