import type { Decision } from "../../admission/admission.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import type { HeaderField } from "../http2/hpack-table.ts";

/** Clients bound the headers they take, gRPC for Java at 8 KiB. */
const DETAIL_CHARACTERS_MAX = 2000;

/**
 * Production's code and words, and beside them, as trailers that production does not send, what it
 * does not tell.
 */
export function statusOf({ code, message, refusal }: Decision & { kind: "refuse" }): GrpcStatus {
  const details: readonly HeaderField[] = [
    ["x-plimsoll-limit", refusal.limit],
    ["x-plimsoll-subject", oneLine(refusal.subject)],
    ["x-plimsoll-explanation", oneLine(refusal.explanation)],
  ];
  return { code, message, details };
}

/** JSON in an explanation stays JSON. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").slice(0, DETAIL_CHARACTERS_MAX);
}
