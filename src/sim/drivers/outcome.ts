import { StoreError, type StatusCode } from "../../system/store/store.ts";

/** How one client operation ended. */
export type OperationOutcome =
  | {
      readonly kind: "ok";
      /** Documents read or written. */
      readonly documents: number;
      /** Tries it took; more than 1 after a retry. */
      readonly attempts: number;
    }
  | {
      readonly kind: "failed";
      readonly code: StatusCode;
      readonly message: string;
      readonly attempts: number;
    };

/** A database's refusal as an outcome. Anything else thrown is a fault of the program: rethrown. */
export function failedOutcome(error: unknown, attempts: number): OperationOutcome {
  if (!(error instanceof StoreError)) throw error;
  return { kind: "failed", code: error.code, message: error.message, attempts };
}
