import type { Decision } from "../../../admission/admission.ts";
import { FirestoreError } from "../../../data/status.ts";
import type { GrpcStatus } from "../../grpc/status.ts";
import { statusOf } from "../../policy/refusal-status.ts";

/** What the limits refused: with what production does not tell, for the trailers. */
export class RefusedError extends FirestoreError {
  readonly status: GrpcStatus;

  constructor(decision: Extract<Decision, { kind: "refuse" }>) {
    super(decision.code, decision.message);
    this.status = statusOf(decision);
  }
}
