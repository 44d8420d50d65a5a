import { type Limit, page, published, QUOTAS, TRANSACTIONS } from "./limit.ts";

const STORAGE_SIZE = page("Storage size calculations", "native/docs/storage-size");

/** What a document, a field, a name and a request may measure. */
export const SIZE_LIMITS = {
  "document-size": {
    value: 1_048_576,
    unit: "bytes",
    limits: "a document: its name, field names and values",
    ...published(QUOTAS),
  },
  "field-value-size": {
    value: 1_048_487,
    unit: "bytes",
    limits: "a field's value: 1 MiB less 89 bytes",
    ...published(QUOTAS),
  },
  "document-name-size": {
    value: 6144,
    unit: "bytes",
    limits: "a document's name",
    ...published(QUOTAS),
  },
  "document-id-size": {
    value: 1500,
    unit: "bytes",
    limits: "a document ID, and a collection ID",
    ...published(QUOTAS),
  },
  "field-name-size": {
    value: 1500,
    unit: "bytes",
    limits: "a field's name",
    ...published(QUOTAS),
  },
  "field-path-size": {
    value: 1500,
    unit: "bytes",
    limits: "a field's path with dots",
    ...published(QUOTAS),
  },
  "field-depth": {
    value: 20,
    unit: "levels",
    limits: "maps and arrays within each other",
    ...published(QUOTAS),
  },
  "subcollection-depth": {
    value: 100,
    unit: "levels",
    limits: "collections beneath each other",
    ...published(QUOTAS),
  },
  "request-size": {
    value: 10_485_760,
    unit: "bytes",
    limits: "an API request",
    ...published(QUOTAS),
  },
  "transaction-size": {
    value: 10_485_760,
    unit: "bytes",
    limits: "a transaction: the documents it writes and their index entries",
    ...published(TRANSACTIONS),
  },
  "transforms-per-document": {
    value: 500,
    unit: "count",
    limits: "field transforms on one document in a commit or transaction",
    ...published(QUOTAS),
  },
  "batch-write-writes": {
    value: 500,
    unit: "count",
    limits: "writes in one BatchWrite (Commit has no such limit since 2023-03-29)",
    source: {
      title: "google.firestore.v1.BatchWriteRequest, and research/peers.md",
      url: "https://github.com/googleapis/googleapis/blob/master/google/firestore/v1/firestore.proto",
      read: "2026-08-21",
    },
    sureness: "C",
    tunable: true,
  },
  "in-values": {
    value: 30,
    unit: "count",
    limits: "values of `in`, `array-contains-any` and disjunctions of a query",
    source: {
      title: "Official emulator, measured (research/peers.md)",
      url: "https://docs.cloud.google.com/firestore/native/docs/query-data/queries",
      read: "2026-08-21",
    },
    sureness: "A",
    tunable: false,
  },
  "query-memory": {
    value: 134_217_728,
    unit: "bytes",
    limits: "memory a query may use",
    ...published(QUOTAS),
  },
  "index-entries-per-document": {
    value: 40_000,
    unit: "count",
    limits: "index entries of a document, automatic and composite",
    ...published(QUOTAS),
  },
  "index-entry-size": {
    value: 7680,
    unit: "bytes",
    limits: "an index entry (7.5 KiB)",
    ...published(QUOTAS),
  },
  "index-entries-size": {
    value: 8_388_608,
    unit: "bytes",
    limits: "all index entries of a document together",
    ...published(QUOTAS),
  },
  "indexed-value-size": {
    value: 1500,
    unit: "bytes",
    limits: "an indexed value; what is longer is truncated in the index",
    ...published(QUOTAS),
  },
  "index-entry-overhead": {
    value: 32,
    unit: "bytes",
    limits: "what a COLLECTION-scope index entry weighs beside its names and values",
    ...published(STORAGE_SIZE),
  },
  "group-index-entry-overhead": {
    value: 48,
    unit: "bytes",
    limits: "what a COLLECTION_GROUP-scope index entry weighs beside its names and values",
    ...published(STORAGE_SIZE),
  },
} as const satisfies Record<string, Limit>;
