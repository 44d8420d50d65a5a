import type { PulseConfig } from "../pulse/config.ts";

/**
 * How long pulse and pulse_shard may run: the most that functions started by a schedule or a task
 * queue are given (https://firebase.google.com/docs/functions/quotas#time_limits), and Cloud
 * Tasks' longest dispatch deadline.
 */
export const PULSE_TIMEOUT_SECONDS = 1800;

/** Kept free before the timeout, to end a sweep in order rather than to be killed in it. */
const CLOSING_MS = 15_000;

const SWEEP_MAX_MS = PULSE_TIMEOUT_SECONDS * 1000 - CLOSING_MS;

/**
 * A sweep that has not ended after this many periods is cut short. It has long missed its figures,
 * and the next one revalues the same users.
 */
const PERIODS_MAX = 2;

/** How long a sweep may take before it is cut short. */
export function sweepDeadlineMs({ periodSeconds }: Pick<PulseConfig, "periodSeconds">): number {
  return Math.min(periodSeconds * 1000 * PERIODS_MAX, SWEEP_MAX_MS);
}

/**
 * Why no sweep of this period could end before the functions' timeout; undefined when one can.
 * Users are spread over the period up to its tail, and the last one may need all its retries.
 */
export function periodFault(config: PulseConfig): string | undefined {
  const spreadShare = 1 - config.tailShare;
  const retriesMs = retriesMaxMs(config.retry);
  const neededMs = config.periodSeconds * 1000 * spreadShare + retriesMs;
  if (neededMs <= SWEEP_MAX_MS) return undefined;
  const allowedSeconds = Math.floor((SWEEP_MAX_MS - retriesMs) / spreadShare / 60_000) * 60;
  return (
    `periodSeconds: ${config.periodSeconds} is not allowed: the last user of a sweep may be done ` +
    `after ${seconds(neededMs)} s (the period × (1 - tailShare), and ${seconds(retriesMs)} s of ` +
    `retries), and a sweep is cut after ${seconds(SWEEP_MAX_MS)} s, ${seconds(CLOSING_MS)} s ` +
    `before the function's timeout; ` +
    (allowedSeconds > 0
      ? `expected at most ${allowedSeconds}`
      : "expected fewer retries: lower retry.attempts or retry.capMs")
  );
}

/** The longest that all waits between the tries of one commit may take together. */
function retriesMaxMs({ attempts, baseMs, factor, capMs }: PulseConfig["retry"]): number {
  let totalMs = 0;
  for (let repeat = 0; repeat < attempts - 1; repeat += 1) {
    totalMs += Math.min(capMs, baseMs * factor ** repeat);
  }
  return totalMs;
}

function seconds(durationMs: number): string {
  return String(Math.round(durationMs / 100) / 10);
}
