import type { ServerResponse } from "node:http";
import type { StatusCode } from "../data/status.ts";
import { encodeStatusText } from "./grpc/status.ts";
import type { GrpcStatus } from "./grpc/status.ts";

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto, "HTTP Mapping". */
export const HTTP_STATUS: Readonly<Record<StatusCode, number>> = {
  OK: 200,
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** Answers as Google's REST APIs do: {"error": {"code", "message", "status"}}. */
export function sendRestError(
  response: ServerResponse,
  { code, message, details = [] }: GrpcStatus,
  options: { readonly asList?: boolean; readonly origin?: string | undefined } = {},
): void {
  const status = HTTP_STATUS[code];
  const error = { error: { code: status, message, status: code } };
  // Streaming methods answer with a list, of errors too.
  const body = `${JSON.stringify(options.asList === true ? [error] : error, null, 2)}\n`;
  response.writeHead(status, {
    "content-type": "application/json; charset=UTF-8",
    "content-length": Buffer.byteLength(body),
    ...(options.origin === undefined ? {} : { "access-control-allow-origin": options.origin }),
    ...Object.fromEntries(details.map(([name, value]) => [name, encodeStatusText(value)])),
  });
  response.end(body);
}
