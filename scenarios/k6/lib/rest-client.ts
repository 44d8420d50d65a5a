import encoding from "k6/encoding";
import http from "k6/http";
import { readStatus, type RestFailure } from "../../../src/sim/drivers/rest-status.ts";
import {
  UNSIGNED_HEADER,
  userClaims,
  type UserIdentity,
} from "../../../src/sim/drivers/user-claims.ts";

export interface RestUser extends UserIdentity {
  /** null: an unsigned one is made, which emulators take. */
  readonly token: string | null;
}

export interface RestCall {
  readonly url: string;
  readonly body: string;
  readonly user: RestUser;
  readonly projectId: string;
  readonly timeoutMs: number;
  /** Names its series in k6's own metrics, in place of a URL that nobody else has. */
  readonly name: string;
}

export type RestAnswer =
  | { readonly kind: "ok"; readonly content: unknown }
  | { readonly kind: "failed"; readonly failure: RestFailure };

/** k6's own code for a request that took too long (https://grafana.com/docs/k6/latest/javascript-api/error-codes/). */
const REQUEST_TIMEOUT = 1050;

/** One request as the user, tried once: what the Node driver's UserClient does. */
export function post(call: RestCall): RestAnswer {
  const token = call.user.token ?? unsignedToken(call.user, call.projectId);
  const answer = http.post(call.url, call.body, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    tags: { name: call.name },
    timeout: call.timeoutMs,
    responseType: "text",
  });
  if (answer.error_code === REQUEST_TIMEOUT) {
    return failed("DEADLINE_EXCEEDED", `no answer in ${call.timeoutMs} ms`);
  }
  if (answer.status === 0) {
    // k6 is being ended, and its requests with it.
    const isCancelled = answer.error.includes("context canceled");
    return failed(isCancelled ? "CANCELLED" : "UNAVAILABLE", answer.error);
  }
  const content = parseJson(answer.body);
  const failure = readStatus(answer.status, content);
  if (failure !== undefined) return { kind: "failed", failure };
  if (content === undefined) return failed("INTERNAL", "the answer is not JSON");
  return { kind: "ok", content };
}

function failed(code: RestFailure["code"], message: string): RestAnswer {
  return { kind: "failed", failure: { code, message } };
}

function parseJson(text: string | ArrayBuffer | null): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

const HEADER = encode(UNSIGNED_HEADER);

function unsignedToken(user: UserIdentity, projectId: string): string {
  return `${HEADER}.${encode(userClaims(user, projectId, Date.now()))}.`;
}

function encode(content: object): string {
  return encoding.b64encode(JSON.stringify(content), "rawurl");
}
