import type { QueryPlan } from "../indexes/catalogue.ts";
import type { Decision } from "./admission.ts";

/** A query without its index is refused, with the entry that it needs. */
export function unindexed(
  { message, json, index }: Extract<QueryPlan, { kind: "missing" }>,
  delayMs: number,
): Extract<Decision, { kind: "refuse" }> {
  return {
    kind: "refuse",
    delayMs,
    code: "FAILED_PRECONDITION",
    message,
    refusal: {
      limit: "index-required",
      subject: `query on ${index.collectionGroup}`,
      subjectKind: "query",
      explanation: `No index serves the query. Add this to firestore.indexes.json and deploy it:\n${json}`,
      passesAtMs: null,
    },
  };
}
