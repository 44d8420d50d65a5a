import { StoreError, type StatusCode } from "../store/store.ts";

/** The documents were not as read: changed, closed or entered by somebody else meanwhile. */
export function isStale(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    (error.code === "FAILED_PRECONDITION" ||
      error.code === "NOT_FOUND" ||
      error.code === "ALREADY_EXISTS")
  );
}

const UNANSWERED: ReadonlySet<StatusCode> = new Set([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "UNKNOWN",
  "CANCELLED",
]);

/** After these nobody knows whether the commit was applied; after any other it was not. */
export function mayBeApplied(code: StatusCode): boolean {
  return UNANSWERED.has(code);
}
