import type { DatabaseName, FieldPath } from "../data/document.ts";
import type { StructuredQuery } from "../data/query.ts";
import type { StatusCode } from "../data/status.ts";
import type { MapValue } from "../data/value.ts";
import type { Write } from "../data/write.ts";

/**
 * Decides what production's limits would do with a request: let it through, after how long, or
 * refuse it, and why. The one mind behind every front: the gateway before an emulator, the embedded
 * server, and the store in-process on a virtual clock. Pure: the time is an argument, in
 * milliseconds that only grow (Clock.monotonicMs).
 *
 * Call it once for each attempt that reaches the server, when it arrives. What it lets through is
 * taken as done.
 */
export interface Admission {
  commit(attempt: WriteAttempt, nowMs: number): Decision;
  /** One decision a write: BatchWrite's writes succeed or fail each by itself. */
  batchWrite(attempt: WriteAttempt, nowMs: number): readonly Decision[];
  query(attempt: QueryAttempt, nowMs: number): Decision;
  /** Documents looked up by name, or listed. */
  read(attempt: ReadAttempt, nowMs: number): Decision;
}

export interface WriteAttempt {
  readonly database: DatabaseName;
  readonly writes: readonly Write[];
  /** Of the request message on the wire: the limit is 10 MiB. */
  readonly requestBytes: number;
  /** What the writes are about, where the database is in the same process: it is not asked then. */
  readonly documents?: KnownDocuments | undefined;
}

export interface KnownDocuments {
  /** By the writes' places; undefined where there never was a document. */
  readonly rows: readonly (KnownDocument | undefined)[];
  /** Whether a document is written more than once. */
  readonly repeats: boolean;
}

/** A document as its database has it now. */
export interface KnownDocument {
  readonly collectionId: string;
  /** Undefined: there is none. */
  readonly fields: MapValue | undefined;
  /** The database leaves it alone; the limits keep here what they call the document by. -1 at first. */
  limitsHandle: number;
}

export interface QueryAttempt {
  readonly database: DatabaseName;
  readonly query: StructuredQuery;
  /** The fields that an aggregation takes sums and averages of; they must be in the index too. */
  readonly aggregated?: readonly FieldPath[] | undefined;
  /** The first read of a listener: counted under its own name, decided alike. */
  readonly listen?: boolean | undefined;
}

export interface ReadAttempt {
  readonly database: DatabaseName;
  readonly paths: readonly string[];
  /** The first read of a listener: counted under its own name, decided alike. */
  readonly listen?: boolean | undefined;
}

export type Decision =
  | {
      readonly kind: "admit";
      readonly delayMs: number;
      /** What of the delay is waiting for a limit, and for what; the rest is the location's latency. */
      readonly queueMs?: number;
      readonly queuedFor?: "document" | "range" | undefined;
    }
  | {
      readonly kind: "refuse";
      /** How long production would have let the client wait for the refusal. */
      readonly delayMs: number;
      readonly code: Exclude<StatusCode, "OK">;
      /** Production's own words, which go on the wire. */
      readonly message: string;
      /** What production does not tell. */
      readonly refusal: Refusal;
    };

export interface Refusal {
  /** Which limit it was: an id of the table in src/firestore/limits. */
  readonly limit: string;
  /** What was hot or too large: "document ops/performance", "index range users/u1/trades (created_at ASC)", … */
  readonly subject: string;
  readonly subjectKind: "document" | "index-range" | "collection" | "request" | "query";
  /** One sentence with the figures: what was met, how much of it, how much is allowed, and the remedy. */
  readonly explanation: string;
  /** When the same request would have been let through, as far as can be told; null: never as it is. */
  readonly passesAtMs: number | null;
}

/**
 * For simulations in which one request stands for several alike ones of the same moment: how many.
 * Ranges are charged so many operations for it; each document's lock is held once, for each of the
 * many has a document of its own. Counters and histograms of reports count the request once.
 */
export interface AttemptWeight {
  /** What most requests stand for. */
  readonly usual: number;
  /** A document written or read. */
  ofDocument(path: string): number;
  ofQuery(query: StructuredQuery): number;
}

/**
 * The fields a document had before a write: "none" when there is no document, "unknown" when it
 * cannot be told (in front of another process's database).
 */
export type PreviousFields = (
  database: DatabaseName,
  path: string,
) => MapValue | "none" | "unknown";
