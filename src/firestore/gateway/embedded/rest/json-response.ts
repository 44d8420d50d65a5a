import type { IncomingMessage, ServerResponse } from "node:http";
import type { FirestoreError } from "../../../data/status.ts";
import { HTTP_STATUS } from "../../rest-error.ts";

export function errorBody({ code, message }: FirestoreError): object {
  return { error: { code: HTTP_STATUS[code], message, status: code } };
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      "content-type": "application/json; charset=UTF-8",
      "content-length": Buffer.byteLength(text),
    })
    .end(text);
}

/** Pages of any origin may call, as they may call the emulator. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("access-control-allow-methods", "DELETE,GET,HEAD,PATCH,POST,PUT");
  const wanted = request.headers["access-control-request-headers"];
  if (wanted !== undefined) response.setHeader("access-control-allow-headers", wanted);
}
