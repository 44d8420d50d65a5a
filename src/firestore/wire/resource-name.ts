import type { DatabaseName } from "../data/document.ts";
import { FirestoreError } from "../data/status.ts";

const DATABASE = /^projects\/([^/]+)\/databases\/([^/]+)$/;
const ROOT = /^projects\/[^/]+\/databases\/[^/]+\/documents(?=\/|$)/;

/** What names must begin with; undefined stands for an ID. */
const ROOT_SEGMENTS = ["projects", undefined, "databases", undefined, "documents"] as const;

/** @throws FirestoreError INVALID_ARGUMENT */
export function parseDatabaseName(name: string): DatabaseName {
  const match = DATABASE.exec(name);
  if (match === null) throw malformed("Database", name, ROOT_SEGMENTS.slice(0, 4));
  return { projectId: match[1] ?? "", databaseId: match[2] ?? "" };
}

/** The root that a document's, or a parent's, full name begins with. */
export function rootIn(name: string, what = "Document"): string {
  const root = ROOT.exec(name)?.[0];
  if (root === undefined) throw malformed(what, name, ROOT_SEGMENTS);
  return root;
}

export interface ParsedName {
  readonly database: DatabaseName;
  readonly path: string;
}

/** A document's full name. @throws FirestoreError INVALID_ARGUMENT */
export function parseDocumentName(name: string): ParsedName {
  const parsed = split(name, "Document");
  return { database: parsed.database, path: checkDocumentPath(parsed.path, name) };
}

/** The full name of a document or of the root, whose path is "". @throws FirestoreError INVALID_ARGUMENT */
export function parseParentName(name: string): ParsedName {
  const parsed = split(name, "Document parent");
  if (parsed.path !== "") checkDocumentPath(parsed.path, name, "Document parent");
  return parsed;
}

function split(name: string, what: string): ParsedName {
  const root = rootIn(name, what);
  return {
    database: parseDatabaseName(root.slice(0, -"/documents".length)),
    path: name.slice(root.length + 1),
  };
}

/**
 * A document's path: an even number of segments, none of them empty.
 * @throws FirestoreError INVALID_ARGUMENT, in the emulator's words
 */
export function checkDocumentPath(path: string, name: string, what = "Document"): string {
  let segments = 0;
  let start = 0;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", start)) {
    if (at === start) throw lacksId(name, name.length - path.length + start, what);
    segments += 1;
    start = at + 1;
  }
  if (start === path.length) {
    if (path !== "") throw lacksId(name, name.length, what);
    throw invalid(
      `${what} name "${name}" is invalid: Omit "/documents" when referencing a database (except as the parent of a document).`,
    );
  }
  if (segments % 2 === 1) return path;
  throw invalid(`${what} name "${name}" lacks "/" at index ${name.length}.`);
}

function malformed(
  what: string,
  name: string,
  expected: readonly (string | undefined)[],
): FirestoreError {
  let index = 0;
  for (const [place, segment] of expected.entries()) {
    if (place > 0) {
      if (name[index] !== "/") return lacks(what, name, "/", index);
      index += 1;
    }
    const end = name.indexOf("/", index);
    const found = name.slice(index, end < 0 ? undefined : end);
    if (segment === undefined && found === "") return lacksId(name, index, what);
    if (segment !== undefined && found !== segment) return lacks(what, name, segment, index);
    index += found.length;
  }
  return invalid(`${what} name "${name}" has more than a name of its kind at index ${index}.`);
}

function lacks(what: string, name: string, part: string, index: number): FirestoreError {
  return invalid(`${what} name "${name}" lacks "${part}" at index ${index}.`);
}

function lacksId(name: string, index: number, what: string): FirestoreError {
  return invalid(`${what} name "${name}" lacks a resource id at index ${index}.`);
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
