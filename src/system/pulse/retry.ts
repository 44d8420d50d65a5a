import type { Rng } from "../../std/rng.ts";
import type { StatusCode } from "../store/store.ts";
import type { PulseConfig } from "./config.ts";

/**
 * Statuses after which the same writes may succeed. A commit whose answer was lost may have been
 * applied; trying it again is safe because its writes are idempotent or guarded by a version.
 * https://cloud.google.com/firestore/docs/understand-error-codes
 */
const RETRYABLE: ReadonlySet<StatusCode> = new Set([
  "ABORTED",
  "RESOURCE_EXHAUSTED",
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
]);

export function isRetryable(code: StatusCode): boolean {
  return RETRYABLE.has(code);
}

/**
 * How long to wait before try `attempt` (2 is the first repeat): exponential with full jitter,
 * so that writers that failed together do not come back together.
 */
export function backOffMs(policy: PulseConfig["retry"], attempt: number, rng: Rng): number {
  const ceilingMs = Math.min(policy.capMs, policy.baseMs * policy.factor ** (attempt - 2));
  return ceilingMs * (0.5 + rng.next() / 2);
}
