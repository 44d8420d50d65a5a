import { z } from "zod";

/** What a probe does: empty calls, commits and lookups at rest, one document ever faster, and a new collection at once. */
const PROBE_KINDS = ["round-trip", "commit", "read", "document", "ramp"] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

const count = z.int().nonnegative();

/** One call of a probe and what became of it. */
export const probeSample = z.strictObject({
  kind: z.enum(PROBE_KINDS),
  /** What it had in common with others: "100 documents", "8 a second". */
  cell: z.string(),
  /** When it was really sent, in milliseconds since the probe began. */
  sentMs: z.number(),
  /** From there to its answer. */
  tookMs: z.number().nonnegative(),
  /** "OK", or the code it was refused with. */
  outcome: z.string(),
  /** Documents written or looked up. */
  documents: count,
  /** That a commit removed and inserted. */
  indexEntries: count,
  /** Of a commit's request, or of the documents looked up. */
  bytes: count,
  /** Which of the hot documents; 0 elsewhere. */
  lane: count,
  /** Kept from the fit, to try its predictions on. */
  heldOut: z.boolean(),
});
export type ProbeSample = z.infer<typeof probeSample>;
