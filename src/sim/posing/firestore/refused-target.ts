import { FirestoreError } from "../../../firestore/data/status.ts";
import { encodeListenResponse } from "../../../firestore/wire/encode-listen-response.ts";
import { readListenRequest } from "../../../firestore/wire/read-listen-request.ts";
import type { ApiError } from "../access/api-error.ts";

/**
 * What a listener is told of a target that it may not have: the target is removed with its cause, and
 * the stream goes on, as the rules have it in production. Undefined: the request adds no target.
 */
export function refusedTarget(
  request: Uint8Array,
  { code, message }: ApiError,
): Uint8Array | undefined {
  const listen = readListenRequest(request);
  if (listen.kind !== "add") return undefined;
  const cause = new FirestoreError(code, message);
  return encodeListenResponse("", { kind: "remove", targetIds: [listen.target.targetId], cause });
}
