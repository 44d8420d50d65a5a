import type { ServerResponse } from "node:http";
import { HTTP_STATUS } from "../../../firestore/gateway/rest-error.ts";
import type { ApiError } from "../access/api-error.ts";

export function sendJson(response: ServerResponse, status: number, content: unknown): void {
  if (response.destroyed || response.headersSent) return;
  const body = `${JSON.stringify(content, null, 2)}\n`;
  response.writeHead(status, {
    "content-type": "application/json; charset=UTF-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

/** As Google's APIs answer: https://cloud.google.com/apis/design/errors (read 2026-11). */
export function sendApiError(
  response: ServerResponse,
  { code, message, info }: ApiError,
  options: { readonly asList?: boolean } = {},
): void {
  const status = HTTP_STATUS[code];
  const details =
    info === undefined
      ? {}
      : {
          details: [
            {
              "@type": "type.googleapis.com/google.rpc.ErrorInfo",
              reason: info.reason,
              domain: "googleapis.com",
              metadata: info.metadata ?? {},
            },
          ],
        };
  const error = { error: { code: status, message, status: code, ...details } };
  sendJson(response, status, options.asList === true ? [error] : error);
}
