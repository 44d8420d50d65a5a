import type { Admission, Decision } from "../../admission/admission.ts";
import { FirestoreError } from "../../data/status.ts";
import { encodeListenResponse } from "../../wire/encode-listen-response.ts";
import { readListenRequest } from "../../wire/read-listen-request.ts";
import type { ListenRequest } from "../../wire/read-listen-request.ts";
import { PASS } from "./policy.ts";
import type { Ruling } from "./policy.ts";

/**
 * A listener's target that is refused is removed with its cause, and the stream goes on: a stream
 * that ended with the status instead would make web clients answer with no documents and no error
 * (research/gateway.md, section 4).
 * @throws FirestoreError where the message is no ListenRequest
 */
export function judgeListen(admission: Admission, message: Uint8Array, nowMs: number): Ruling {
  const request = readListenRequest(message);
  if (request.kind !== "add") return PASS;
  const decision = decide(admission, request, nowMs);
  const { delayMs } = decision;
  if (decision.kind === "admit") return { kind: "pass", delayMs };
  const cause = new FirestoreError(decision.code, decision.message);
  const targetIds = [request.target.targetId];
  return {
    kind: "answer",
    delayMs,
    message: encodeListenResponse("", { kind: "remove", targetIds, cause }),
  };
}

function decide(
  admission: Admission,
  { database, target }: ListenRequest & { kind: "add" },
  nowMs: number,
): Decision {
  const { query } = target;
  if ("documents" in query) {
    return admission.read({ database, paths: query.documents, listen: true }, nowMs);
  }
  return admission.query({ database, query, listen: true }, nowMs);
}
