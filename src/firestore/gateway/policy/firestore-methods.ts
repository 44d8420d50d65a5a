import type { MethodShape } from "./policy.ts";

const SERVICE = "/google.firestore.v1.Firestore/";

/** Those that are decided over; all others pass. */
export const DECIDED_METHODS: ReadonlyMap<string, MethodShape> = new Map<string, MethodShape>([
  ["Commit", "unary"],
  ["BatchWrite", "unary"],
  ["Write", "bidi"],
  ["CreateDocument", "unary"],
  ["UpdateDocument", "unary"],
  ["DeleteDocument", "unary"],
  ["RunQuery", "server-stream"],
  ["RunAggregationQuery", "server-stream"],
  ["BatchGetDocuments", "server-stream"],
  ["GetDocument", "unary"],
  ["ListDocuments", "unary"],
  ["Listen", "bidi-unpaired"],
]);

/** All of google.firestore.v1.Firestore. */
export const FIRESTORE_METHODS: ReadonlySet<string> = new Set([
  ...DECIDED_METHODS.keys(),
  "BeginTransaction",
  "Rollback",
  "PartitionQuery",
  "ListCollectionIds",
  "ExecutePipeline",
]);

/** The method's own name: "Commit"; other services' paths stay whole. */
export function methodOf(path: string): string {
  return path.startsWith(SERVICE) ? path.slice(SERVICE.length) : path;
}

export function pathOf(method: string): string {
  return `${SERVICE}${method}`;
}
