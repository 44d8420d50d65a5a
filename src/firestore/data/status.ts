/** google.rpc.Code, by name (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto). */
export const STATUS_NUMBERS = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export type StatusCode = keyof typeof STATUS_NUMBERS;

/** What a request is refused with. The message is the client's to read, in production's words. */
export class FirestoreError extends Error {
  override readonly name = "FirestoreError";
  readonly code: Exclude<StatusCode, "OK">;

  constructor(code: Exclude<StatusCode, "OK">, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
