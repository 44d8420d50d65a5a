import type { DatabaseName, FieldPath } from "../data/document.ts";
import { FirestoreError } from "../data/status.ts";
import type { Write } from "../data/write.ts";
import { ByteReader, readRemainingFields } from "./byte-reader.ts";
import { readDocumentParts, readMask, readPrecondition, type DocumentParts } from "./read-write.ts";
import { parseDocumentName, parseParentName } from "./resource-name.ts";

/** One document written by a call of its own, and the fields that the answer is to show. */
export interface DocumentWriteRequest {
  readonly database: DatabaseName;
  readonly write: Write;
  readonly mask: readonly FieldPath[] | undefined;
}

/** CreateDocumentRequest. `newId` names the document where the request does not. */
export function readCreateRequest(bytes: Uint8Array, newId: () => string): DocumentWriteRequest {
  const reader = new ByteReader(bytes);
  let parent = "";
  let collectionId = "";
  let documentId = "";
  let document: DocumentParts = { name: "", fields: new Map() };
  let mask: FieldPath[] | undefined;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) parent = reader.string();
    else if (tag === ((2 << 3) | 2)) collectionId = reader.string();
    else if (tag === ((3 << 3) | 2)) documentId = reader.string();
    else if (tag === ((4 << 3) | 2)) document = readDocumentParts(reader);
    else if (tag === ((5 << 3) | 2)) mask = readMask(reader, mask);
    else return false;
    return true;
  });
  const { database, path } = parseParentName(parent);
  if (document.name !== "") throw invalid("document.name must not be set");
  checkId(collectionId, "Collection");
  const id = documentId === "" ? newId() : documentId;
  checkId(id, "Document");
  return {
    database,
    mask,
    write: {
      kind: "update",
      path: `${path === "" ? "" : `${path}/`}${collectionId}/${id}`,
      fields: document.fields,
      transforms: [],
      precondition: { kind: "exists", exists: false },
    },
  };
}

function checkId(id: string, what: string): void {
  if (id === "") throw invalid(`${what} id is missing.`);
  if (id.includes("/")) throw invalid(`${what} id "${id}" is invalid because it contains "/".`);
}

/** UpdateDocumentRequest. */
export function readUpdateRequest(bytes: Uint8Array): DocumentWriteRequest {
  const reader = new ByteReader(bytes);
  let document: DocumentParts = { name: "", fields: new Map() };
  let updateMask: FieldPath[] | undefined;
  let mask: FieldPath[] | undefined;
  let precondition: Write["precondition"];
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) document = readDocumentParts(reader);
    else if (tag === ((2 << 3) | 2)) updateMask = readMask(reader, updateMask);
    else if (tag === ((3 << 3) | 2)) mask = readMask(reader, mask);
    else if (tag === ((4 << 3) | 2)) precondition = readPrecondition(reader);
    else return false;
    return true;
  });
  const { database, path } = parseDocumentName(document.name);
  const { fields } = document;
  return {
    database,
    mask,
    write: { kind: "update", path, fields, mask: updateMask, transforms: [], precondition },
  };
}

/** DeleteDocumentRequest. */
export function readDeleteRequest(bytes: Uint8Array): DocumentWriteRequest {
  const reader = new ByteReader(bytes);
  let name = "";
  let precondition: Write["precondition"];
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) name = reader.string();
    else if (tag === ((2 << 3) | 2)) precondition = readPrecondition(reader);
    else return false;
    return true;
  });
  const { database, path } = parseDocumentName(name);
  return { database, mask: undefined, write: { kind: "delete", path, precondition } };
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
