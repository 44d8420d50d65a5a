import type { DatabaseName, Document, FieldPath } from "../data/document.ts";
import type { Aggregation, StructuredQuery } from "../data/query.ts";
import type { FirestoreError } from "../data/status.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { Value } from "../data/value.ts";
import type { Write, WriteResult } from "../data/write.ts";

/**
 * An in-memory Firestore. It does no I/O, and its time is the clock it is made with. Every method
 * rejects with a FirestoreError for what Firestore would refuse; anything else is a fault of ours.
 */
export interface Engine {
  /** The database of this name, made empty when it is first asked for. */
  database(name: DatabaseName): Database;
}

/** An opaque name; on the wire it is bytes. */
export type TransactionId = string;

/** How a read is to see the database. */
export type Consistency =
  | { readonly kind: "latest" }
  | { readonly kind: "read-time"; readonly readTime: Timestamp }
  /** Sees the transaction's snapshot, and takes its locks when it is read-write. */
  | { readonly kind: "transaction"; readonly transaction: TransactionId };

export type TransactionMode =
  | {
      readonly kind: "read-write";
      readonly retryOf?: TransactionId | undefined;
      readonly concurrency: "pessimistic" | "optimistic";
    }
  | { readonly kind: "read-only"; readonly readTime?: Timestamp | undefined };

export interface CommitResult {
  /** Later than that of every commit before it. */
  readonly commitTime: Timestamp;
  readonly writeResults: readonly WriteResult[];
}

/** A document looked up: `document` is undefined where there is none. */
export interface Lookup {
  readonly path: string;
  readonly document: Document | undefined;
}

export interface ReadResult<T> {
  readonly readTime: Timestamp;
  readonly result: T;
}

export interface QueryResult {
  readonly documents: readonly Document[];
  /** How many documents the offset skipped. */
  readonly skipped: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined;
}

export interface Database {
  readonly name: DatabaseName;
  /** All or nothing. Waits for locks that transactions hold, up to the lock deadline. */
  commit(
    writes: readonly Write[],
    transaction?: TransactionId,
    signal?: AbortSignal,
  ): Promise<CommitResult>;
  /** Each write succeeds or fails by itself, in no order. */
  batchWrite(writes: readonly Write[]): Promise<readonly (WriteResult | FirestoreError)[]>;
  begin(mode: TransactionMode): {
    readonly transaction: TransactionId;
    readonly readTime: Timestamp;
  };
  rollback(transaction: TransactionId): void;

  get(
    paths: readonly string[],
    at: Consistency,
    mask?: readonly FieldPath[],
  ): Promise<ReadResult<readonly Lookup[]>>;
  query(query: StructuredQuery, at: Consistency): Promise<ReadResult<QueryResult>>;
  aggregate(
    query: StructuredQuery,
    aggregations: readonly Aggregation[],
    at: Consistency,
  ): Promise<ReadResult<ReadonlyMap<string, Value>>>;
  /** `showMissing` lists also documents that are not there but have something beneath them. */
  listDocuments(request: ListDocuments, at: Consistency): Promise<Page<Lookup>>;
  /** Names of the collections right beneath a document, or of the root's for "". */
  listCollectionIds(
    parent: string,
    pageSize: number,
    pageToken: string | undefined,
    at: Consistency,
  ): Promise<Page<string>>;
  /** Cursors, at most so many (the proto's partition_count), that cut a collection group's query into even parts. */
  partition(
    query: StructuredQuery,
    partitions: number,
    at: Consistency,
  ): Promise<readonly (readonly Value[])[]>;

  /**
   * Watches a target. The sink is called at once with the first snapshot, then after every commit
   * that changes what the target sees, in commit order. It must not throw and not call back into
   * the engine before it returns.
   */
  listen(target: ListenTarget, sink: (event: ListenEvent) => void): Listening;

  /** The document now, for those who must know what a write would change; no locks, no time passes. */
  peek(path: string): Document | undefined;
  /** Deletes all documents at once, ends all transactions, and resets listeners. */
  clear(): void;
  /** Figures for /plimsoll/v1/limits and for tests of bounded memory. */
  statistics(): DatabaseStatistics;
}

export interface ListDocuments {
  readonly parent: string;
  /** "": every collection right beneath the parent. */
  readonly collectionId: string;
  readonly pageSize: number;
  readonly pageToken: string | undefined;
  readonly orderBy: StructuredQuery["orderBy"];
  readonly showMissing: boolean;
  readonly mask?: readonly FieldPath[] | undefined;
}

export interface ListenTarget {
  readonly query: StructuredQuery | { readonly documents: readonly string[] };
  /** Resume after this snapshot, which a ListenEvent gave as its token. */
  readonly resume?: { readonly token: Uint8Array } | { readonly readTime: Timestamp } | undefined;
}

/** The target's view moved to `readTime`. */
export interface ListenEvent {
  readonly readTime: Timestamp;
  /** Bytes that `ListenTarget.resume` takes, also after the process has lost the listener. */
  readonly resumeToken: Uint8Array;
  /** The changes are the whole view: what the client had before is to be dropped. */
  readonly reset: boolean;
  /** The first event with which the view is complete. */
  readonly current: boolean;
  /** Documents in the view that are new or changed. */
  readonly changed: readonly Document[];
  /** Documents that are deleted (`deleted`), or there but no longer in the view. */
  readonly removed: readonly { readonly path: string; readonly deleted: boolean }[];
  /** How many documents are in the view now. */
  readonly count: number;
}

export interface Listening {
  stop(): void;
}

export interface DatabaseStatistics {
  readonly documents: number;
  /** Versions kept for reads in the past, beside the newest of each document. */
  readonly oldVersions: number;
  readonly transactions: number;
  readonly listeners: number;
  readonly commits: number;
}
