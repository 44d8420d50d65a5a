import type { Timestamp } from "./timestamp.ts";
import type { MapValue } from "./value.ts";

/** A database of a project: `projects/{projectId}/databases/{databaseId}`. */
export interface DatabaseName {
  readonly projectId: string;
  readonly databaseId: string;
}

/**
 * A document as stored. Paths are relative to the database's root everywhere but on the wire:
 * "users/alice/trades/t1". A collection path has an odd number of segments, a document path an even one.
 */
export interface Document {
  readonly path: string;
  readonly fields: MapValue;
  readonly createTime: Timestamp;
  readonly updateTime: Timestamp;
}

/** The names from the outermost map inwards, unescaped: `a.\`b.c\`` is ["a", "b.c"]. */
export type FieldPath = readonly string[];
