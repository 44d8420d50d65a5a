import type { DatabaseName } from "../data/document.ts";
import { FirestoreError } from "../data/status.ts";

const DATABASE = /^projects\/([^/]+)\/databases\/([^/]+)$/;
const ROOT = /^projects\/[^/]+\/databases\/[^/]+\/documents(?=\/|$)/;

/** @throws FirestoreError INVALID_ARGUMENT */
export function parseDatabaseName(name: string): DatabaseName {
  const match = DATABASE.exec(name);
  if (match === null) {
    throw new FirestoreError(
      "INVALID_ARGUMENT",
      `Invalid database name "${name}": it must be "projects/{project}/databases/{database}".`,
    );
  }
  return { projectId: match[1] ?? "", databaseId: match[2] ?? "" };
}

export function formatDatabaseName({ projectId, databaseId }: DatabaseName): string {
  return `projects/${projectId}/databases/${databaseId}`;
}

/** "projects/P/databases/D/documents": the parent of the collections at the root. */
export function rootOf(database: DatabaseName): string {
  return `${formatDatabaseName(database)}/documents`;
}

/** The root that a document's, or a parent's, full name begins with. */
export function rootIn(name: string): string {
  const root = ROOT.exec(name)?.[0];
  if (root === undefined) {
    throw new FirestoreError(
      "INVALID_ARGUMENT",
      `Invalid resource name "${name}": it must begin with "projects/{project}/databases/{database}/documents".`,
    );
  }
  return root;
}

/** Splits a full name of a document, or of the root itself (path ""), into database and path. */
export function parseName(name: string): {
  readonly database: DatabaseName;
  readonly path: string;
} {
  const root = rootIn(name);
  return {
    database: parseDatabaseName(root.slice(0, -"/documents".length)),
    path: name.slice(root.length + 1),
  };
}

/** A document's path: an even number of segments, none of them empty. */
export function checkDocumentPath(path: string, name: string): string {
  const segments = countSegments(path);
  if (segments > 0 && segments % 2 === 0) return path;
  throw new FirestoreError(
    "INVALID_ARGUMENT",
    `Document name "${name}" lacks "/" at index ${name.length}.`,
  );
}

/** 0 when the path is empty or a segment of it is. */
function countSegments(path: string): number {
  let segments = 0;
  let start = 0;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", start)) {
    if (at === start) return 0;
    segments += 1;
    start = at + 1;
  }
  return start === path.length ? 0 : segments + 1;
}
