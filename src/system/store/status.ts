/** gRPC's status names by number, from 1; 0 is OK (https://grpc.io/docs/guides/status-codes/). */
export const STATUS_CODES = [
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

export type StatusCode = (typeof STATUS_CODES)[number];

/**
 * Statuses after which the same writes may succeed. A commit whose answer was lost may have been
 * applied; trying it again is safe when its writes are idempotent or guarded by a version.
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
