import { z } from "zod";

const count = z.int().nonnegative();

/** ISO 8601, wall time. */
const spanSchema = z.strictObject({ from: z.string(), to: z.string() });

/**
 * How Cloud Monitoring's count of a run's operations stands beside the run's own:
 * `agrees`: within the tolerance. `fewer`, `more`: outside of it. `others`: more, and at the same
 * rate while the run did nothing. `gap`: fewer, and samples are missing that explain it.
 * `unsettled`: fewer, and the count still grew. `no-points`, `no-metric`, `spoiled`: there is no
 * count to compare.
 */
const findingSchema = z.enum([
  "agrees",
  "fewer",
  "more",
  "others",
  "gap",
  "unsettled",
  "no-points",
  "no-metric",
  "spoiled",
]);

const comparisonSchema = z.strictObject({
  quantity: z.enum(["writes", "reads", "deletes", "refused"]),
  finding: findingSchema,
  /** The metric read; null where the project has none. */
  metric: z.string().nullable(),
  /** From the beginning of the first sample compared to the end of the last. */
  span: spanSchema,
  points: count,
  monitored: z.number().nonnegative(),
  /** What the run itself counted there: at least and at most. */
  counted: z.tuple([count, count]),
  tolerance: z.number().nonnegative(),
  /** Of others, in as long a time: from what was monitored while the run did nothing; null: unknown. */
  background: z.number().nonnegative().nullable(),
  /** Samples that are missing between others. */
  gaps: z.array(spanSchema),
  remarks: z.array(z.string()),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** What Cloud Monitoring said of the time of a run. */
export const monitoringEvidenceSchema = z.strictObject({
  project: z.string().min(1),
  database: z.string().min(1),
  /** From the run's first operation to its last. */
  window: spanSchema,
  readAt: z.string(),
  waitedMs: z.number().nonnegative(),
  samplePeriodMs: z.number().positive(),
  ingestDelayMs: z.number().nonnegative(),
  /** Why nothing could be read; null when it could. */
  unreadable: z.string().nullable(),
  comparisons: z.array(comparisonSchema),
  /** Requests by method and response code, most frequent first. */
  requests: z.array(z.strictObject({ method: z.string(), code: z.string(), count })),
  /** Server side, without the way there and back; of methods that do not stream. */
  latencies: z.array(
    z.strictObject({
      method: z.string(),
      count,
      meanMs: z.number(),
      p50Ms: z.number(),
      p95Ms: z.number(),
      p99Ms: z.number(),
      /** The bucket that the p99 lies in; the upper bound is null where it has none. */
      p99WithinMs: z.tuple([z.number(), z.number().nullable()]),
    }),
  ),
  /** Evaluations of the security rules by their result. */
  rules: z.array(z.strictObject({ result: z.string(), count })),
});
export type MonitoringEvidence = z.infer<typeof monitoringEvidenceSchema>;
