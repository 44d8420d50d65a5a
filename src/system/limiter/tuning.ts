import { z } from "zod";

/**
 * The knobs that are Plimsoll's own, apart from those the service's document names. Every default
 * carries its source; "chosen" means that nothing published settles it.
 */

/** An integer in a range, whose message names what was got and what is allowed. */
export function wholeNumber(minimum: number, maximum: number): z.ZodInt {
  const error = rangeError(`a whole number from ${minimum} to ${maximum}`);
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

/** A number in a range, whose message names what was got and what is allowed. */
export function realNumber(minimum: number, maximum: number): z.ZodNumber {
  const error = rangeError(`a number from ${minimum} to ${maximum}`);
  return z.number({ error }).min(minimum, { error }).max(maximum, { error });
}

function rangeError(allowed: string): (issue: { readonly input?: unknown }) => string {
  return (issue) =>
    `${JSON.stringify(issue.input) ?? "nothing"} is not allowed, expected ${allowed}`;
}

const rampSchema = z.strictObject({
  // https://firebase.google.com/docs/firestore/best-practices#ramping_up_traffic (read 2026-08):
  // "a maximum of 500 operations per second to a new collection", +50% every 5 minutes.
  startPerSecond: wholeNumber(1, 100_000).default(500),
  factor: realNumber(1, 10).default(1.5),
  periodSec: realNumber(1, 86_400).default(300),
  // BulkWriter's default ceiling in @google-cloud/firestore (bulk-writer.js).
  maximumPerSecond: wholeNumber(1, 1_000_000).default(10_000),
});

const adaptiveSchema = z.strictObject({
  // CUBIC's multiplicative decrease, RFC 9438 section 4.6.
  decreaseFactor: realNumber(0.1, 0.95).default(0.7),
  // Chosen: from the least rate back to the ceiling in 20 s.
  increaseShare: realNumber(0.001, 1).default(0.05),
  // Chosen: the least share of the ceiling that still probes the database.
  minimumShare: realNumber(0.001, 1).default(0.02),
  // Chosen: at most one slowing in a second, so that one burst of refusals counts once.
  intervalMs: wholeNumber(10, 60_000).default(1000),
  // Chosen: refusals below this share of the answers are left to the retry.
  pressureShare: realNumber(0.001, 1).default(0.05),
  // Netflix concurrency-limits, Gradient2Limit: rttTolerance is 1.5; doubled noise is left room.
  latencyTolerance: realNumber(1.1, 100).default(2),
  // Chosen: latency below this is healthy whatever its trend. Google's example alert is 250 ms.
  latencyFloorMs: realNumber(0, 60_000).default(100),
});

const breakerSchema = z.strictObject({
  // Chosen: refusals persist when half of the answers over ten seconds are refusals.
  windowSec: wholeNumber(1, 300).default(10),
  minimumSamples: wholeNumber(1, 100_000).default(20),
  refusalShare: realNumber(0.01, 1).default(0.5),
  // Chosen start; the end is BulkWriter's wait after RESOURCE_EXHAUSTED (backoff.js, 60 s).
  openSec: realNumber(0.1, 3600).default(10),
  maximumOpenSec: realNumber(0.1, 3600).default(60),
  // Chosen: so many commits try the database before it is trusted again.
  probes: wholeNumber(1, 1000).default(5),
});

/** A figure for single tenants and for whole plans; a tenant's own entry wins over its plan's. */
const byNameSchema = (minimum: number, maximum: number) => {
  const byName = z.record(z.string().min(1), realNumber(minimum, maximum)).default({});
  return z.strictObject({ tenants: byName, plans: byName }).prefault({});
};

const tenantsSchema = z.strictObject({
  // Chosen: tenants over their share may fill half of the line ahead; the rest stays open.
  lentShare: realNumber(0.05, 0.95).default(0.5),
  // Chosen: a fifth of the 500 ms P&L target. Whatever is free this near, anyone may take.
  lendAheadMs: realNumber(0, 10_000).default(100),
  // Chosen: one sweep of a small tenant, ten users of ten trades.
  burstWrites: wholeNumber(1, 1_000_000).default(100),
  // One sweep at the slowest of the document's frequencies, every minute.
  activeMs: wholeNumber(100, 3_600_000).default(60_000),
  /** Relative shares; 1 is meant where none is given. */
  weights: byNameSchema(0.01, 1000),
  /** Writes a second a tenant may never exceed (section 10, "enterprise tier = higher limits"). */
  limits: byNameSchema(0.01, 1_000_000),
});

export const limiterTuningSchema = z.strictObject({
  // Chosen: room for commits that take unequally long to arrive; see docs/limiter.md.
  guardMs: wholeNumber(0, 1000).default(50),
  // Chosen: halving keeps the sweep going, where the printed code stops it dead.
  cooldownRateFactor: realNumber(0.01, 1).default(0.5),
  ramp: rampSchema.prefault({}),
  adaptive: adaptiveSchema.prefault({}),
  breaker: breakerSchema.prefault({}),
  tenants: tenantsSchema.prefault({}),
});

export type LimiterTuning = z.infer<typeof limiterTuningSchema>;
export type TenantTuning = LimiterTuning["tenants"];
