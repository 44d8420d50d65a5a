import { STATUS_CODES, type StatusCode } from "../../system/store/status.ts";

/* k6 imports this file too: it names no module of Node's, and checks by hand what it reads. */

export interface RestFailure {
  readonly code: StatusCode;
  readonly message: string;
}

/** https://cloud.google.com/apis/design/errors#http_mapping, read the other way round. */
const CODE_OF_HTTP_STATUS: ReadonlyMap<number, StatusCode> = new Map([
  [400, "INVALID_ARGUMENT"],
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [409, "ABORTED"],
  [429, "RESOURCE_EXHAUSTED"],
  [499, "CANCELLED"],
  [500, "INTERNAL"],
  [501, "UNIMPLEMENTED"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);

/**
 * What went wrong, or undefined for a success. The name in the body decides, since 409 stands for
 * ALREADY_EXISTS and ABORTED alike. A streamed answer is an array, and it may fail after its
 * first documents although its HTTP status is 200.
 */
export function readStatus(httpStatus: number, content: unknown): RestFailure | undefined {
  const succeeded = httpStatus >= 200 && httpStatus < 300;
  const stated: unknown = Array.isArray(content) ? content.find(isErrorBody) : content;
  if (succeeded && !isErrorBody(stated)) return undefined;
  const code = CODE_OF_HTTP_STATUS.get(httpStatus) ?? "UNKNOWN";
  const error = isErrorBody(stated) ? stated.error : undefined;
  if (typeof error !== "object" || error === null || !hasReadableMessage(error)) {
    return { code, message: `HTTP status ${httpStatus} without an explanation` };
  }
  const { status, message = "" } = error;
  return { code: isStatusCode(status) ? status : code, message: message.trim() };
}

function isErrorBody(value: unknown): value is { readonly error: unknown } {
  return typeof value === "object" && value !== null && "error" in value;
}

function hasReadableMessage(
  error: object,
): error is { readonly status?: unknown; readonly message?: string } {
  return !("message" in error) || typeof error.message === "string";
}

function isStatusCode(value: unknown): value is StatusCode {
  return STATUS_CODES.some((code) => code === value);
}
