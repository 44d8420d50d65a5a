import type { FieldPath } from "./document.ts";
import type { Value } from "./value.ts";

export type FieldOperator =
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "array-contains"
  | "in"
  | "array-contains-any"
  | "not-in";

export type UnaryOperator = "is-nan" | "is-null" | "is-not-nan" | "is-not-null";

/** The field path ["__name__"] stands for the document's name; its values are References. */
export type Filter =
  | {
      readonly kind: "field";
      readonly field: FieldPath;
      readonly operator: FieldOperator;
      readonly value: Value;
    }
  | { readonly kind: "unary"; readonly field: FieldPath; readonly operator: UnaryOperator }
  | { readonly kind: "and" | "or"; readonly filters: readonly Filter[] };

export interface Order {
  readonly field: FieldPath;
  readonly direction: "ascending" | "descending";
}

/** A place in the order: just before or just after the rows that begin with these values. */
export interface Cursor {
  readonly values: readonly Value[];
  readonly before: boolean;
}

/** google.firestore.v1.StructuredQuery, with its parent. */
export interface StructuredQuery {
  /** The document under which it looks, "" for the root. */
  readonly parent: string;
  /** Undefined: collections of every name (with `allDescendants`, of every depth). */
  readonly collectionId: string | undefined;
  readonly allDescendants: boolean;
  readonly where?: Filter | undefined;
  readonly orderBy: readonly Order[];
  readonly startAt?: Cursor | undefined;
  readonly endAt?: Cursor | undefined;
  readonly offset: number;
  readonly limit?: number | undefined;
  /** Fields to return; undefined: all; [["__name__"]]: none. */
  readonly select?: readonly FieldPath[] | undefined;
  readonly findNearest?: FindNearest | undefined;
}

export interface FindNearest {
  readonly field: FieldPath;
  readonly queryVector: readonly number[];
  readonly measure: "euclidean" | "cosine" | "dot-product";
  readonly limit: number;
  readonly distanceResultField?: FieldPath | undefined;
  readonly distanceThreshold?: number | undefined;
}

export interface Aggregation {
  readonly alias: string;
  readonly operator:
    | { readonly kind: "count"; readonly upTo?: bigint | undefined }
    | { readonly kind: "sum" | "average"; readonly field: FieldPath };
}
