import { z } from "zod";
import { clientOperation } from "../../config/scenario.ts";
import { LATENCY_BUCKETS } from "../workloads/latency-buckets.ts";
import { workloadName } from "../workloads/workload-file.ts";

/** Changes when counts are no longer read as they were. */
const K6_COUNTS_FORMAT = "plimsoll-k6-counts/1";

const count = z.int().nonnegative();

/** What one k6 process tells of its share of a load: counts only, which add up exactly. */
export const k6CountsSchema = z.strictObject({
  format: z.literal(K6_COUNTS_FORMAT),
  /** Which run it is of: counts of another one must not be added. */
  run: z.string(),
  workload: workloadName,
  /** k6's execution segment: "0:1/3"; "0:1" is the whole load. */
  segment: z.string().regex(/^\d+(\/\d+)?:\d+(\/\d+)?$/),
  durationMs: z.number().nonnegative(),
  iterations: count,
  dropped: count,
  /** Iterations that threw. */
  faults: count,
  /** Arrivals that k6 itself came to more than 50 ms late. */
  late: count,
  worstLatenessMs: z.number().nonnegative(),
  operations: z.array(
    z.strictObject({
      name: clientOperation,
      /** Arrivals of the whole load, all segments together. */
      planned: count,
      /** By status; "OK" for those that succeeded. */
      outcomes: z.record(z.string(), count),
      /** Bucket of latency-buckets.ts, and how many successes it holds. */
      buckets: z.array(
        z.tuple([
          z
            .int()
            .min(0)
            .max(LATENCY_BUCKETS - 1),
          count,
        ]),
      ),
    }),
  ),
});
export type K6Counts = z.infer<typeof k6CountsSchema>;
