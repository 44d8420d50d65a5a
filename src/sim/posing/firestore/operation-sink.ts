import type { StatusCode } from "../../../firestore/data/status.ts";

/** What is told of each call as it ends: the counts that Cloud Monitoring keeps of a database. */
export interface OperationSink {
  request(call: {
    readonly method: string;
    readonly code: StatusCode;
    readonly latencyMs: number;
  }): void;
  reads(type: "LOOKUP" | "QUERY", documents: number): void;
  writes(operation: "CREATE" | "UPDATE", documents: number): void;
  deletes(documents: number): void;
  /** Calls of users that the security rules, or what stands in for them, decided about. */
  rules(result: "ALLOW" | "DENY", calls: number): void;
}
