import type { DatabaseName } from "../data/document.ts";
import type { StructuredQuery } from "../data/query.ts";
import { FirestoreError } from "../data/status.ts";
import type { Timestamp } from "../data/timestamp.ts";
import { ByteReader, readFields, readRemainingFields } from "./byte-reader.ts";
import { readStructuredQuery } from "./read-query.ts";
import { readTimestamp } from "./read-value.ts";
import { parseDatabaseName, parseDocumentName, parseParentName } from "./resource-name.ts";

/** A google.firestore.v1.Target. */
export interface TargetRequest {
  /** 0 when the server is to choose one. */
  readonly targetId: number;
  readonly query: StructuredQuery | { readonly documents: readonly string[] };
  readonly resume: { readonly token: Uint8Array } | { readonly readTime: Timestamp } | undefined;
  /** The target is done with its first complete snapshot. */
  readonly once: boolean;
}

export type ListenRequest =
  | { readonly kind: "add"; readonly database: DatabaseName; readonly target: TargetRequest }
  | { readonly kind: "remove"; readonly database: DatabaseName; readonly targetId: number };

/**
 * Reads a google.firestore.v1.ListenRequest. A target whose query is refused still has an ID: the
 * error is for that target alone, so it is given back and not thrown.
 * @throws FirestoreError INVALID_ARGUMENT for what is no listen request at all
 */
export function readListenRequest(
  bytes: Uint8Array,
):
  | ListenRequest
  | { readonly kind: "bad-target"; readonly targetId: number; readonly error: FirestoreError } {
  const reader = new ByteReader(bytes);
  let databaseName = "";
  let added: { readonly at: number; readonly targetId: number } | undefined;
  let removed: number | undefined;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) databaseName = reader.string();
    else if (tag === ((2 << 3) | 2))
      added = { at: reader.position, targetId: readTargetId(reader) };
    else if (tag === ((3 << 3) | 0)) removed = reader.int32();
    else return false;
    return true;
  });
  const database = parseDatabaseName(databaseName);
  if (added !== undefined) {
    const { at, targetId } = added;
    reader.position = at;
    try {
      return { kind: "add", database, target: readTarget(reader, targetId) };
    } catch (error) {
      if (!(error instanceof FirestoreError)) throw error;
      return { kind: "bad-target", targetId, error };
    }
  }
  if (removed !== undefined) return { kind: "remove", database, targetId: removed };
  throw invalid("A ListenRequest must add or remove a target.");
}

function readTargetId(reader: ByteReader): number {
  let targetId = 0;
  readFields(reader, (tag) => {
    if (tag !== ((5 << 3) | 0)) return false;
    targetId = reader.int32();
    return true;
  });
  return targetId;
}

function readTarget(reader: ByteReader, targetId: number): TargetRequest {
  let query: TargetRequest["query"] | undefined;
  let resume: TargetRequest["resume"];
  let once = false;
  readFields(reader, (tag) => {
    if (tag === ((2 << 3) | 2)) query = readQueryTarget(reader);
    else if (tag === ((3 << 3) | 2)) query = readDocumentsTarget(reader);
    else if (tag === ((4 << 3) | 2)) {
      const token = reader.blob();
      resume = token.length === 0 ? undefined : { token };
    } else if (tag === ((6 << 3) | 0)) once = reader.bool();
    else if (tag === ((11 << 3) | 2)) resume = { readTime: readTimestamp(reader) };
    else return false;
    return true;
  });
  if (query === undefined) throw invalid("Target type must be specified.");
  return { targetId, query, resume, once };
}

function readQueryTarget(reader: ByteReader): StructuredQuery {
  let parent = "";
  let at: number | undefined;
  readFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) parent = reader.string();
    else if (tag === ((2 << 3) | 2)) {
      at = reader.position;
      reader.skip(tag);
    } else return false;
    return true;
  });
  if (at === undefined) throw invalid("only structured queries are supported");
  const after = reader.position;
  reader.position = at;
  const query = readStructuredQuery(reader, parseParentName(parent).path);
  reader.position = after;
  return query;
}

function readDocumentsTarget(reader: ByteReader): { readonly documents: readonly string[] } {
  const documents: string[] = [];
  readFields(reader, (tag) => {
    if (tag !== ((2 << 3) | 2)) return false;
    documents.push(parseDocumentName(reader.string()).path);
    return true;
  });
  return { documents };
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
