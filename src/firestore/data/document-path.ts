import { orderedByCodeUnits } from "./compare-strings.ts";
import type { DatabaseName } from "./document.ts";

/** "users/alice/trades/t1" → "users/alice/trades". */
export function collectionOf(documentPath: string): string {
  return documentPath.slice(0, documentPath.lastIndexOf("/"));
}

/** The last segment of a path: the document's ID, or the collection's. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The document that a collection is beneath, "" for a collection of the root. */
export function parentOf(collectionPath: string): string {
  const slash = collectionPath.lastIndexOf("/");
  return slash === -1 ? "" : collectionPath.slice(0, slash);
}

/** A collection's or a document's path beneath a document ("" for the root). */
export function joinPath(parent: string, child: string): string {
  return parent === "" ? child : `${parent}/${child}`;
}

/** Whether the document lies anywhere beneath the parent ("" for the root). */
export function isBeneath(path: string, parent: string): boolean {
  return parent === "" || path.startsWith(`${parent}/`);
}

export function segmentCount(path: string): number {
  let count = 1;
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) count += 1;
  return count;
}

/** "projects/P/databases/D/documents/users/alice". */
export function documentName(database: DatabaseName, path: string): string {
  return `${documentsRoot(database)}/${path}`;
}

export function documentsRoot({ projectId, databaseId }: DatabaseName): string {
  return `projects/${projectId}/databases/${databaseId}/documents`;
}

/** IDs that stand for a number, from Datastore. They come before all others, in their own order. */
const NUMERIC_ID = /^__id(-?\d{1,19})__$/;

export function isNumericId(id: string): boolean {
  return NUMERIC_ID.test(id);
}

/**
 * A string whose code units order as Firestore orders the paths: segment by segment, each in
 * UTF-8 order, a path before everything beneath it, numeric IDs (`__id7__`) before all others.
 */
export function pathKey(path: string): string {
  let key = "";
  for (const segment of path.split("/")) key += segmentKey(segment);
  return key;
}

/** NUL begins a separator: "\0\1" a number, "\0\2" a string, and "\0\3" is NUL itself. */
function segmentKey(segment: string): string {
  const number = segment.startsWith("__id") ? NUMERIC_ID.exec(segment)?.[1] : undefined;
  if (number !== undefined) return `\0\u0001${numberKey(BigInt(number))}`;
  const text = segment.includes("\0") ? segment.replaceAll("\0", "\0\u0003") : segment;
  return `\0\u0002${orderedByCodeUnits(text)}`;
}

/** Signed 64-bit numbers as digits of equal length that order as they do. */
function numberKey(number: bigint): string {
  return (number + 2n ** 63n).toString().padStart(20, "0");
}

/** Orders two paths, or two whole resource names, as Firestore orders document names. */
export function comparePaths(left: string, right: string): number {
  if (left === right) return 0;
  const one = pathKey(left);
  const other = pathKey(right);
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
