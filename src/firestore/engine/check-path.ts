import type { DatabaseName } from "../data/document.ts";
import { documentName, isNumericId } from "../data/document-path.ts";
import { utf8Length } from "../data/compare-strings.ts";
import { documentNameSize } from "../data/value-size.ts";
import { LIMITS } from "../limits/limits.ts";
import { invalid } from "./refusals.ts";

const ID_BYTES_MAX = LIMITS["document-id-size"].value;
const NAME_BYTES_MAX = LIMITS["document-name-size"].value;
const DEPTH_MAX = LIMITS["subcollection-depth"].value;
const RESERVED = /^__.*__$/s;

/** Refuses a document path that Firestore would not take. */
export function checkDocumentPath(database: DatabaseName, path: string): void {
  const segments = path.split("/");
  if (segments.length % 2 === 1) throw lacksSlash(database, path);
  segments.forEach((segment, index) => {
    checkSegment(database, path, segment, index);
  });
  // The longest allowed path: no need to measure what cannot be longer.
  if (path.length * 4 > NAME_BYTES_MAX && documentNameSize(path) > NAME_BYTES_MAX) {
    throw invalid(`The key path is longer than ${NAME_BYTES_MAX} bytes.`);
  }
  if (segments.length > DEPTH_MAX * 2) {
    throw invalid(`Key path is too long. Cannot exceed ${DEPTH_MAX} elements.`);
  }
}

/** Refuses a path beneath which a query or a list looks: a document's, or "" for the root. */
export function checkParent(database: DatabaseName, parent: string): void {
  if (parent !== "") checkDocumentPath(database, parent);
}

export function checkCollectionId(id: string): void {
  if (id === "") throw invalid("Collection id is the empty string.");
  if (id.includes("/")) throw invalid(`Collection id "${id}" is invalid because it contains "/".`);
  if (id === "." || id === "..") throw invalid(`Collection id "${id}" is invalid.`);
  if (isReserved(id)) throw invalid(`Collection id "${id}" is invalid because it is reserved.`);
  if (isTooLong(id)) throw idTooLong();
}

function checkSegment(database: DatabaseName, path: string, segment: string, index: number): void {
  if (segment === "" || segment === "." || segment === "..") {
    throw badSegment(database, path, segment, index);
  }
  if (isReserved(segment) && (index % 2 === 0 || !isNumericId(segment))) {
    const kind = index % 2 === 0 ? "Collection" : "Resource";
    throw invalid(`${kind} id "${segment}" is invalid because it is reserved.`);
  }
  if (isTooLong(segment)) throw idTooLong();
}

function isReserved(id: string): boolean {
  return id.startsWith("__") && RESERVED.test(id);
}

function isTooLong(id: string): boolean {
  return id.length * 3 > ID_BYTES_MAX && utf8Length(id) > ID_BYTES_MAX;
}

function idTooLong(): Error {
  return invalid(`The key path element name is longer than ${ID_BYTES_MAX} bytes.`);
}

function lacksSlash(database: DatabaseName, path: string): Error {
  const name = documentName(database, path);
  return invalid(`Document name "${name}" lacks "/" at index ${name.length}.`);
}

function badSegment(database: DatabaseName, path: string, segment: string, index: number): Error {
  const name = documentName(database, path);
  const before = path.split("/").slice(0, index).join("/").length;
  const at = name.length - path.length + before + (index === 0 ? 0 : 1);
  if (segment === "")
    return invalid(`Document name "${name}" has an empty resource id at index ${at}.`);
  return invalid(`Document name "${name}" contains a resource id "${segment}" at index ${at}.`);
}
