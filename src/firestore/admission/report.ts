import { z } from "zod";

/**
 * What an admission has seen since its counters were last reset, as JSON: the body of
 * GET /plimsoll/v1/limits. Times are milliseconds since that reset unless they say otherwise, rates
 * are per second. In the mode "observe" refusals and delays are those that production would have made.
 */

const count = z.number().int().nonnegative();
const figure = z.number().nonnegative();

export const admissionMode = z.enum(["on", "observe", "off"]);
const subjectKind = z.enum(["document", "index-range", "collection", "request", "query"]);

/** A histogram's summary; all in milliseconds, quantiles within 5%. Zeros are counted. */
const delaySummary = z.strictObject({
  count,
  sumMs: figure,
  p50Ms: figure,
  p90Ms: figure,
  p99Ms: figure,
  maxMs: figure,
});

/** All refusals of one limit on one subject. */
const refusalGroup = z.strictObject({
  /** An ID of src/firestore/limits. */
  limit: z.string(),
  subjectKind,
  subject: z.string(),
  database: z.string(),
  code: z.string(),
  count,
  firstMs: figure,
  lastMs: figure,
  /** The newest one, in full. */
  explanation: z.string(),
});

/** A document or a range of keys, with its highest load in any one window of a few seconds. */
const hotSubject = z.strictObject({
  limit: z.string(),
  subjectKind,
  subject: z.string(),
  database: z.string(),
  /** What was offered, refused attempts included. */
  operationsPerSecond: figure,
  allowedPerSecond: figure,
  /** The former over the latter. */
  utilisation: figure,
  /** When that was. */
  atMs: figure,
  delayed: count,
  refused: count,
});

/** The documents beneath one root collection, or one index: what begins as one range and is split by load. */
const keySpaceReport = z.strictObject({
  database: z.string(),
  kind: z.enum(["documents", "index"]),
  /** "users" (with all that lies beneath), or "trades (created_at ASC)". */
  space: z.string(),
  ranges: count,
  splits: count,
  merges: count,
  operations: count,
  /** Of the last whole window. */
  operationsPerSecond: figure,
  /** What its ranges serve together just now, if the load lay evenly. */
  allowedPerSecond: figure,
  /** How long what arrives now in the fullest range waits. */
  longestWaitMs: figure,
});

const missingIndex = z.strictObject({
  database: z.string(),
  collectionGroup: z.string(),
  count,
  /** Production's text, with the link that creates the index. */
  message: z.string(),
  /** The entry for firestore.indexes.json. */
  json: z.string(),
});

export const admissionReport = z.strictObject({
  version: z.literal(1),
  mode: admissionMode,
  latencyProfile: z.enum(["nam5", "us-central1", "off"]),
  /** Monotonic clock, as all times given to the admission. */
  sinceMonotonicMs: z.number(),
  durationMs: figure,
  /** Requests, by kind. Every try counts that reached the server, an SDK's own retries included. */
  attempts: z.strictObject({
    commit: count,
    batchWrite: count,
    query: count,
    read: count,
    listen: count,
  }),
  refusedAttempts: z.strictObject({
    commit: count,
    batchWrite: count,
    query: count,
    read: count,
    listen: count,
  }),
  /** Document writes in commits and batches. `delayed` are among the admitted. */
  writes: z.strictObject({ attempted: count, admitted: count, delayed: count, refused: count }),
  /** Index entries that admitted writes removed and inserted. */
  indexEntriesWritten: count,
  delays: z.strictObject({
    /** What an unloaded database would have taken, by the latency profile. One sample a request. */
    latency: delaySummary,
    /** What waiting for hot ranges and documents added. One sample a request that was let through. */
    queueing: delaySummary,
  }),
  /** Most frequent first, at most 200. */
  refusals: z.array(refusalGroup).readonly(),
  /** Refusals in groups beyond the 200. */
  refusalsNotListed: count,
  /** Highest utilisation first, at most 50. */
  hottest: z.array(hotSubject).readonly(),
  /** Busiest first, at most 100. */
  spaces: z.array(keySpaceReport).readonly(),
  spacesNotListed: count,
  /** Most frequent first, at most 50. */
  missingIndexes: z.array(missingIndex).readonly(),
  /** The figures that nobody publishes, as this model used them: IDs of src/firestore/limits. */
  assumed: z
    .array(
      z.strictObject({ id: z.string(), value: z.number(), unit: z.string(), limits: z.string() }),
    )
    .readonly(),
});

/**
 * Operations over time by key range, as Key Visualizer shows them: the body of
 * GET /plimsoll/v1/heat. Cells of ten seconds, at most 1,000 ranges and 360 cells.
 */
export const heatMap = z.strictObject({
  version: z.literal(1),
  cellMs: z.number().positive(),
  /** Monotonic milliseconds at which the first cell begins. */
  startMonotonicMs: z.number(),
  cells: count,
  ranges: z
    .array(
      z.strictObject({
        database: z.string(),
        kind: z.enum(["documents", "index"]),
        space: z.string(),
        /** The range's first key and the first that is no longer in it; null: no bound. Readable, not exact. */
        from: z.string().nullable(),
        to: z.string().nullable(),
        /** Operations in each cell, oldest first. */
        operations: z.array(count).readonly(),
      }),
    )
    .readonly(),
  /** Ranges that were too cold to be kept. */
  rangesNotListed: count,
});

export type AdmissionMode = z.infer<typeof admissionMode>;
export type DelaySummary = z.infer<typeof delaySummary>;
export type RefusalGroup = z.infer<typeof refusalGroup>;
export type HotSubject = z.infer<typeof hotSubject>;
export type KeySpaceReport = z.infer<typeof keySpaceReport>;
export type MissingIndex = z.infer<typeof missingIndex>;
export type AdmissionReport = z.infer<typeof admissionReport>;
export type HeatMap = z.infer<typeof heatMap>;
