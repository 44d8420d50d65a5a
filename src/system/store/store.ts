import type { StatusCode } from "./status.ts";

/**
 * The port through which the service meets its database. It is Firestore-shaped (paths, masks,
 * field transforms, preconditions, status codes), so that the same service code runs on the Admin
 * SDK and in-process on a virtual clock. It is not an ORM: documents go in and out as plain data.
 *
 * Times in documents are `Date`s here; an adapter stores them as Firestore timestamps. Firestore
 * keeps microseconds and `Date` milliseconds: the service writes whole milliseconds only, and
 * server timestamps are truncated on reading.
 */

/** A value a document may hold. */
export type FieldValue =
  | null
  | boolean
  | number
  | string
  | Date
  | readonly FieldValue[]
  | { readonly [field: string]: FieldValue };

export type DocumentData = { readonly [field: string]: FieldValue };

/** A change the server computes while it commits. Keys are dotted field paths. */
export type FieldTransform =
  | { readonly kind: "server-timestamp" }
  | { readonly kind: "increment"; readonly by: number };

/** What must hold of the document for the whole commit to succeed. */
export type Precondition =
  | { readonly kind: "exists"; readonly exists: boolean }
  /** The document's update time, as an earlier read returned it in `Snapshot.version`. */
  | { readonly kind: "version"; readonly version: string };

/**
 * One write of a commit.
 * - `create` fails with ALREADY_EXISTS when the document is there.
 * - `set` replaces the document; with `merge`, only the fields given.
 * - `update` changes the given top-level fields of an existing document (NOT_FOUND otherwise).
 * - `delete` removes it.
 */
export type Write = { readonly path: string } & (
  | { readonly kind: "create"; readonly data: DocumentData; readonly transforms?: Transforms }
  | {
      readonly kind: "set";
      readonly data: DocumentData;
      readonly merge: boolean;
      readonly transforms?: Transforms;
    }
  | {
      readonly kind: "update";
      readonly data: DocumentData;
      readonly transforms?: Transforms;
      readonly precondition?: Precondition;
    }
  | { readonly kind: "delete"; readonly precondition?: Precondition }
);

export type Transforms = { readonly [fieldPath: string]: FieldTransform };

/** A document as read. `version` is opaque; hand it back in a precondition. */
export interface Snapshot {
  readonly path: string;
  readonly data: DocumentData;
  readonly version: string;
}

export type FilterOperator =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "not-in"
  | "array-contains"
  | "array-contains-any";

/** `__name__` compares document paths; its values are full document paths. */
export interface Filter {
  readonly field: string;
  readonly operator: FilterOperator;
  readonly value: FieldValue;
}

export interface Order {
  readonly field: string;
  readonly direction: "asc" | "desc";
}

/** A structured query: over one collection, or over every collection of one name. */
export interface Query {
  readonly from:
    | { readonly kind: "collection"; readonly path: string }
    | { readonly kind: "collection-group"; readonly name: string };
  readonly where?: readonly Filter[];
  readonly orderBy?: readonly Order[];
  readonly limit?: number;
  /** Starts after the document whose orderBy values these are, in the order of `orderBy`. */
  readonly startAfter?: readonly FieldValue[];
}

export interface CommitResult {
  /** Wall time of the commit by the server's clock, milliseconds since 1970. */
  readonly commitTimeMs: number;
}

export type { StatusCode } from "./status.ts";

/** What a store rejects with. Names the operation, the first path concerned and the status. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StatusCode;
  readonly operation: string;
  readonly path: string;

  constructor(
    code: StatusCode,
    operation: string,
    path: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${operation} ${path}: ${code}: ${message}`, options);
    this.code = code;
    this.operation = operation;
    this.path = path;
  }
}

/** Reads inside a transaction see one snapshot; writes are applied together at its end. */
export interface StoreTransaction {
  get(paths: readonly string[]): Promise<readonly (Snapshot | undefined)[]>;
  query(query: Query): Promise<readonly Snapshot[]>;
  write(...writes: readonly Write[]): void;
}

/**
 * Every method rejects with a StoreError. `commit` is atomic and is tried once: the service's own
 * retry policy (src/system/pulse/retry.ts) decides what is tried again, so adapters switch the
 * SDK's own retries off for it.
 */
export interface Store {
  commit(writes: readonly Write[]): Promise<CommitResult>;
  get(paths: readonly string[]): Promise<readonly (Snapshot | undefined)[]>;
  query(query: Query): Promise<readonly Snapshot[]>;
  /** Runs `body`, again on contention as the server asks, and returns what the last run returned. */
  transaction<T>(body: (transaction: StoreTransaction) => Promise<T>): Promise<T>;
}
