import type { FieldPath } from "./document.ts";
import type { Timestamp } from "./timestamp.ts";
import type { ArrayValue, MapValue, Value } from "./value.ts";

/** A change the server computes while it commits, in the order given (google.firestore.v1.Write). */
export type FieldTransform = { readonly field: FieldPath } & (
  | { readonly kind: "server-timestamp" }
  | { readonly kind: "increment" | "maximum" | "minimum"; readonly operand: Value }
  | { readonly kind: "array-union" | "array-remove"; readonly elements: ArrayValue }
);

export type Precondition =
  | { readonly kind: "exists"; readonly exists: boolean }
  | { readonly kind: "update-time"; readonly updateTime: Timestamp };

/**
 * One write of a commit, in the terms of google.firestore.v1.Write.
 * - `update` without a mask replaces the document; with one, it sets the masked fields that `fields`
 *   holds and deletes the masked fields that it does not. It makes the document unless a
 *   precondition forbids it.
 * - `transform` is the old form of a write that has transforms alone.
 * - `verify` changes nothing and checks its precondition.
 */
export type Write = {
  readonly path: string;
  readonly precondition?: Precondition | undefined;
} & (
  | {
      readonly kind: "update";
      readonly fields: MapValue;
      readonly mask?: readonly FieldPath[] | undefined;
      readonly transforms: readonly FieldTransform[];
    }
  | { readonly kind: "transform"; readonly transforms: readonly FieldTransform[] }
  | { readonly kind: "delete" }
  | { readonly kind: "verify" }
);

export interface WriteResult {
  /** Undefined for a write that changed nothing and whose document is not there. */
  readonly updateTime: Timestamp | undefined;
  /** One for each transform, in their order; null where a transform has no result. */
  readonly transformResults: readonly Value[];
}
