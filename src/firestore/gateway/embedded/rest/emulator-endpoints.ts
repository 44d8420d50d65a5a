import type { ServerResponse } from "node:http";
import { FirestoreError } from "../../../data/status.ts";
import type { Engine } from "../../../engine/engine.ts";
import { sendJson } from "./json-response.ts";

const CLEAR = /^\/emulator\/v1\/projects\/([^/]+)\/databases\/([^/]+)\/documents$/;
const RULES = /^\/emulator\/v1\/projects\/[^/]+:securityRules$/;

/** Told where rules are given to be evaluated. */
const RULES_NOTE =
  "Accepted, and not evaluated: the embedded engine treats everybody as an administrator.";

/**
 * Answers the official emulator's own requests, which set-ups of tests make. False: it is none.
 * - `GET /`: "Ok".
 * - `DELETE /emulator/v1/projects/P/databases/D/documents`: deletes all documents.
 * - `PUT /emulator/v1/projects/P:securityRules`: accepted, with a note in the header x-plimsoll-note.
 */
export function answerEmulatorRequest(
  engine: Engine,
  { httpMethod, url }: { readonly httpMethod: string; readonly url: string; readonly body: string },
  response: ServerResponse,
): boolean {
  const path = url.split("?")[0] ?? "";
  if (path === "/" && (httpMethod === "GET" || httpMethod === "HEAD")) {
    response.writeHead(200, { "content-type": "text/plain" }).end("Ok\n");
    return true;
  }
  if (!path.startsWith("/emulator/")) return false;
  const cleared = httpMethod === "DELETE" ? CLEAR.exec(path) : null;
  if (cleared !== null) {
    const [, projectId = "", databaseId = ""] = cleared.map(decodeURIComponent);
    engine.database({ projectId, databaseId }).clear();
    sendJson(response, 200, {});
    return true;
  }
  if (httpMethod === "PUT" && RULES.test(path)) {
    response.setHeader("x-plimsoll-note", RULES_NOTE);
    sendJson(response, 200, {});
    return true;
  }
  throw new FirestoreError(
    "UNIMPLEMENTED",
    `The embedded engine does not serve ${httpMethod} ${path}; the official emulator may (--backend emulator).`,
  );
}
