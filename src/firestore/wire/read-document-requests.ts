import type { DatabaseName, FieldPath } from "../data/document.ts";
import type { Order } from "../data/query.ts";
import { FirestoreError } from "../data/status.ts";
import { ByteReader, readRemainingFields } from "./byte-reader.ts";
import { parseFieldPath } from "../data/field-path.ts";
import {
  atTime,
  BATCH_GET_SELECTORS,
  inTransaction,
  LATEST,
  readSelector,
  type Selector,
} from "./read-selector.ts";
import { readMask } from "./read-write.ts";
import { parseDatabaseName, parseDocumentName, parseParentName } from "./resource-name.ts";

export interface GetRequest {
  readonly database: DatabaseName;
  readonly paths: readonly string[];
  readonly mask: readonly FieldPath[] | undefined;
  readonly selector: Selector;
}

/** GetDocumentRequest. */
export function readGetRequest(bytes: Uint8Array): GetRequest {
  const reader = new ByteReader(bytes);
  let name = "";
  let mask: FieldPath[] | undefined;
  let selector = LATEST;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) name = reader.string();
    else if (tag === ((2 << 3) | 2)) mask = readMask(reader, mask);
    else if (tag === ((3 << 3) | 2)) selector = inTransaction(reader);
    else if (tag === ((5 << 3) | 2)) selector = atTime(reader);
    else return false;
    return true;
  });
  const { database, path } = parseDocumentName(name);
  return { database, paths: [path], mask, selector };
}

/** BatchGetDocumentsRequest. */
export function readBatchGetRequest(bytes: Uint8Array): GetRequest {
  const reader = new ByteReader(bytes);
  let databaseName = "";
  const names: string[] = [];
  let mask: FieldPath[] | undefined;
  let selector = LATEST;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) databaseName = reader.string();
    else if (tag === ((2 << 3) | 2)) names.push(reader.string());
    else if (tag === ((3 << 3) | 2)) mask = readMask(reader, mask);
    else {
      const read = readSelector(reader, tag, BATCH_GET_SELECTORS);
      if (read === undefined) return false;
      selector = read;
    }
    return true;
  });
  const database = parseDatabaseName(databaseName);
  return { database, paths: documentPaths(names, databaseName), mask, selector };
}

/** Paths of documents that must all be in the request's database. */
function documentPaths(names: readonly string[], databaseName: string): readonly string[] {
  return names.map((name) => {
    const { path } = parseDocumentName(name);
    if (name.startsWith(`${databaseName}/`)) return path;
    throw invalid(`Document "${name}" is not in the request's database "${databaseName}".`);
  });
}

export interface ListRequest {
  readonly database: DatabaseName;
  readonly parent: string;
  readonly collectionId: string;
  readonly pageSize: number;
  readonly pageToken: string | undefined;
  readonly orderBy: readonly Order[];
  readonly showMissing: boolean;
  readonly mask: readonly FieldPath[] | undefined;
  readonly selector: Selector;
}

/** ListDocumentsRequest. */
export function readListRequest(bytes: Uint8Array): ListRequest {
  const reader = new ByteReader(bytes);
  let name = "";
  let collectionId = "";
  let pageSize = 0;
  let pageToken = "";
  let orderBy: readonly Order[] = [];
  let showMissing = false;
  let mask: FieldPath[] | undefined;
  let selector = LATEST;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) name = reader.string();
    else if (tag === ((2 << 3) | 2)) collectionId = reader.string();
    else if (tag === ((3 << 3) | 0)) pageSize = reader.int32();
    else if (tag === ((4 << 3) | 2)) pageToken = reader.string();
    else if (tag === ((6 << 3) | 2)) orderBy = parseOrderBy(reader.string());
    else if (tag === ((7 << 3) | 2)) mask = readMask(reader, mask);
    else if (tag === ((8 << 3) | 2)) selector = inTransaction(reader);
    else if (tag === ((10 << 3) | 2)) selector = atTime(reader);
    else if (tag === ((12 << 3) | 0)) showMissing = reader.bool();
    else return false;
    return true;
  });
  return {
    ...pageOf(name, pageSize, pageToken),
    collectionId,
    orderBy,
    showMissing,
    mask,
    selector,
  };
}

/** "priority desc, __name__": fields apart by commas, each with a direction or none. */
function parseOrderBy(text: string): readonly Order[] {
  if (text.trim() === "") return [];
  return text.split(",").map((clause) => {
    const match = /^\s*(\S+?)(?:\s+(asc|desc))?\s*$/i.exec(clause);
    if (match === null) throw invalid(`Invalid order by clause "${clause.trim()}".`);
    const descending = match[2]?.toLowerCase() === "desc";
    return {
      field: parseFieldPath(match[1] ?? ""),
      direction: descending ? "descending" : "ascending",
    };
  });
}

export interface ListCollectionsRequest {
  readonly database: DatabaseName;
  readonly parent: string;
  readonly pageSize: number;
  readonly pageToken: string | undefined;
  readonly selector: Selector;
}

/** ListCollectionIdsRequest. */
export function readListCollectionsRequest(bytes: Uint8Array): ListCollectionsRequest {
  const reader = new ByteReader(bytes);
  let name = "";
  let pageSize = 0;
  let pageToken = "";
  let selector = LATEST;
  readRemainingFields(reader, (tag) => {
    if (tag === ((1 << 3) | 2)) name = reader.string();
    else if (tag === ((2 << 3) | 0)) pageSize = reader.int32();
    else if (tag === ((3 << 3) | 2)) pageToken = reader.string();
    else if (tag === ((4 << 3) | 2)) selector = atTime(reader);
    else return false;
    return true;
  });
  return { ...pageOf(name, pageSize, pageToken), selector };
}

/** Which page of what beneath which parent: the same in every list request. */
function pageOf(
  name: string,
  pageSize: number,
  pageToken: string,
): Pick<ListCollectionsRequest, "database" | "parent" | "pageSize" | "pageToken"> {
  const { database, path: parent } = parseParentName(name);
  if (pageSize < 0) throw invalid("Page size must be nonnegative.");
  return { database, parent, pageSize, pageToken: pageToken === "" ? undefined : pageToken };
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
