import type { DatabaseName } from "../data/document.ts";
import type { Aggregation, StructuredQuery } from "../data/query.ts";
import { FirestoreError } from "../data/status.ts";
import { ByteReader, readFields, readRemainingFields } from "./byte-reader.ts";
import { readAggregationQuery } from "./read-aggregation.ts";
import { readStructuredQuery } from "./read-query.ts";
import {
  AGGREGATION_SELECTORS,
  atTime,
  LATEST,
  QUERY_SELECTORS,
  readSelector,
  type Selector,
  type SelectorTags,
} from "./read-selector.ts";
import { parseParentName } from "./resource-name.ts";

/** google.firestore.v1.ExplainOptions. */
type Explain = "plan" | "analyze" | undefined;

export interface QueryRequest {
  readonly database: DatabaseName;
  readonly query: StructuredQuery;
  readonly selector: Selector;
  readonly explain: Explain;
}

/** RunQueryRequest. @throws FirestoreError INVALID_ARGUMENT, as all of these */
export function readQueryRequest(bytes: Uint8Array): QueryRequest {
  const reader = new ByteReader(bytes);
  const { parent, queryAt, ...rest } = readParts(reader, QUERY_SELECTORS, 10);
  const { database, path } = parseParentName(parent);
  return { database, query: readQueryAt(reader, queryAt, path), ...rest };
}

export interface AggregationRequest extends QueryRequest {
  readonly aggregations: readonly Aggregation[];
}

/** RunAggregationQueryRequest. */
export function readAggregationRequest(bytes: Uint8Array): AggregationRequest {
  const reader = new ByteReader(bytes);
  const { parent, queryAt, ...rest } = readParts(reader, AGGREGATION_SELECTORS, 8);
  const { database, path } = parseParentName(parent);
  if (queryAt === undefined) throw invalid("only structured queries are supported");
  reader.position = queryAt;
  return { database, ...readAggregationQuery(reader, path), ...rest };
}

interface QueryParts {
  readonly parent: string;
  /** Where the query's message begins, which can be read only when the parent is known. */
  readonly queryAt: number | undefined;
  readonly selector: Selector;
  readonly explain: Explain;
}

/** What the two requests have in common, under numbers that differ. */
function readParts(reader: ByteReader, tags: SelectorTags, explainField: number): QueryParts {
  let parent = "";
  let queryAt: number | undefined;
  let selector = LATEST;
  let explain: Explain;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) parent = reader.string();
    else if (tag === ((2 << 3) | 2)) queryAt = passOver(reader, tag);
    else if (tag === explainField * 8 + 2) explain = readExplain(reader);
    else {
      const read = readSelector(reader, tag, tags);
      if (read === undefined) return false;
      selector = read;
    }
    return true;
  });
  return { parent, queryAt, selector, explain };
}

export interface PartitionRequest {
  readonly database: DatabaseName;
  readonly query: StructuredQuery;
  readonly partitions: number;
  readonly pageSize: number;
  readonly pageToken: string;
  readonly selector: Selector;
}

/** PartitionQueryRequest. */
export function readPartitionRequest(bytes: Uint8Array): PartitionRequest {
  const reader = new ByteReader(bytes);
  let parent = "";
  let at: number | undefined;
  let partitions = 0;
  let pageSize = 0;
  let pageToken = "";
  let selector = LATEST;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) parent = reader.string();
    else if (tag === ((2 << 3) | 2)) at = passOver(reader, tag);
    else if (tag === ((3 << 3) | 0)) partitions = reader.int64AsNumber();
    else if (tag === ((4 << 3) | 2)) pageToken = reader.string();
    else if (tag === ((5 << 3) | 0)) pageSize = reader.int32();
    else if (tag === ((6 << 3) | 2)) selector = atTime(reader);
    else return false;
    return true;
  });
  const { database, path } = parseParentName(parent);
  const query = readQueryAt(reader, at, path);
  return { database, query, partitions, pageSize, pageToken, selector };
}

function readExplain(reader: ByteReader): Explain {
  let analyze = false;
  readFields(reader, (tag) => {
    if (tag !== ((1 << 3) | 0)) return false;
    analyze = reader.bool();
    return true;
  });
  return analyze ? "analyze" : "plan";
}

/** Skips a message that can be read only when the rest is known, and says where it begins. */
function passOver(reader: ByteReader, tag: number): number {
  const at = reader.position;
  reader.skip(tag);
  return at;
}

function readQueryAt(reader: ByteReader, at: number | undefined, parent: string): StructuredQuery {
  if (at === undefined) throw invalid("only structured queries are supported");
  reader.position = at;
  return readStructuredQuery(reader, parent);
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
