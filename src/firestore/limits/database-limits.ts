import { ERROR_CODES, type Limit, page, published, QUOTAS, TRANSACTIONS } from "./limit.ts";

const INDEXING = page("Index types in Cloud Firestore", "native/docs/standard-index-overview");

/** What a database may hold, and how long things in it may take. */
export const DATABASE_LIMITS = {
  "composite-indexes": {
    value: 1000,
    unit: "count",
    limits: "composite indexes of a database with billing",
    ...published(QUOTAS),
  },
  "composite-indexes-without-billing": {
    value: 200,
    unit: "count",
    limits: "composite indexes of a database without billing",
    ...published(QUOTAS),
  },
  "field-configurations": {
    value: 1000,
    unit: "count",
    limits: "single-field index configurations of a database with billing",
    ...published(QUOTAS),
  },
  "field-configurations-without-billing": {
    value: 200,
    unit: "count",
    limits: "single-field index configurations of a database without billing",
    ...published(QUOTAS),
  },
  "fields-per-composite": {
    value: 100,
    unit: "count",
    limits: "fields of a composite index",
    ...published(QUOTAS),
  },
  "index-required": {
    value: 1,
    unit: "count",
    limits: "indexes that must serve a query: without one it fails",
    ...published(INDEXING),
  },
  "databases-per-project": {
    value: 100,
    unit: "count",
    limits: "databases of a project",
    ...published(QUOTAS),
  },
  "transaction-time": {
    value: 270_000,
    unit: "milliseconds",
    limits: "a transaction from its beginning",
    ...published(QUOTAS),
  },
  "transaction-idle": {
    value: 60_000,
    unit: "milliseconds",
    limits: "a transaction in which nothing is read",
    ...published(QUOTAS),
  },
  "lock-deadline": {
    value: 20_000,
    unit: "milliseconds",
    limits: "waiting for a document's lock",
    ...published(TRANSACTIONS),
  },
  "rpc-deadline": {
    value: 60_000,
    unit: "milliseconds",
    limits: "a request, unless the client asks for less",
    ...published(ERROR_CODES),
  },
  "index-build-time": {
    value: 180_000,
    unit: "milliseconds",
    limits: 'building an index, even an empty one: "a few minutes"',
    source: INDEXING,
    sureness: "C",
    tunable: true,
  },
  "rules-lookups-single": {
    value: 10,
    unit: "count",
    limits: "exists() and get() in rules, for a request of one document or a query",
    ...published(QUOTAS),
  },
  "rules-lookups-multiple": {
    value: 20,
    unit: "count",
    limits: "exists() and get() in rules, for a transaction, batch or read of several documents",
    ...published(QUOTAS),
  },
} as const satisfies Record<string, Limit>;
