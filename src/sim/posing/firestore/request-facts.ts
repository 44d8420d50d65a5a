import type { DatabaseName } from "../../../firestore/data/document.ts";
import type { StructuredQuery } from "../../../firestore/data/query.ts";
import type { Write } from "../../../firestore/data/write.ts";
import {
  readBatchGetRequest,
  readGetRequest,
  readListCollectionsRequest,
  readListRequest,
} from "../../../firestore/wire/read-document-requests.ts";
import {
  readCreateRequest,
  readDeleteRequest,
  readUpdateRequest,
} from "../../../firestore/wire/read-document-write-requests.ts";
import { readListenRequest } from "../../../firestore/wire/read-listen-request.ts";
import {
  readAggregationRequest,
  readPartitionRequest,
  readQueryRequest,
} from "../../../firestore/wire/read-query-requests.ts";
import {
  readBeginRequest,
  readRollbackRequest,
} from "../../../firestore/wire/read-transaction-requests.ts";
import { readWriteRequest } from "../../../firestore/wire/read-write-request.ts";
import type { Permission } from "../access/roles.ts";

/** A document write as Cloud Monitoring tells them apart; one that only verifies is none to it. */
export type WriteKind = "create" | "update" | "delete" | "verify";

/** What a request to Firestore is about. */
export interface RequestFacts {
  /** Undefined: the request names none, as later ones of a Write stream. */
  readonly database: DatabaseName | undefined;
  /** What a service account needs for it. */
  readonly permissions: readonly Permission[];
  /** Documents that it reads or writes, and those beneath which it looks; "" is the root. */
  readonly paths: readonly string[];
  readonly writes: readonly WriteKind[];
}

const GET: readonly Permission[] = ["datastore.entities.get"];
const LIST: readonly Permission[] = ["datastore.entities.get", "datastore.entities.list"];
const TRANSACTION: readonly Permission[] = ["datastore.databases.get"];

type Read = (bytes: Uint8Array) => RequestFacts;

/**
 * By method. Permissions are those of
 * https://cloud.google.com/firestore/docs/security/iam (read 2026-11-26).
 */
const READERS: Readonly<Record<string, Read>> = {
  GetDocument: (bytes) => reading(readGetRequest(bytes), GET),
  BatchGetDocuments: (bytes) => reading(readBatchGetRequest(bytes), GET),
  ListDocuments: (bytes) => beneath(readListRequest(bytes), LIST),
  ListCollectionIds: (bytes) => beneath(readListCollectionsRequest(bytes), LIST),
  RunQuery: (bytes) => asking(readQueryRequest(bytes)),
  RunAggregationQuery: (bytes) => asking(readAggregationRequest(bytes)),
  PartitionQuery: (bytes) => asking(readPartitionRequest(bytes)),
  Listen: listening,
  Commit: (bytes) => writing(readWriteRequest("commit", bytes, "encoded")),
  BatchWrite: (bytes) => writing(readWriteRequest("batch-write", bytes, "encoded")),
  Write: (bytes) => writing(readWriteRequest("write-stream", bytes, "encoded")),
  CreateDocument: (bytes) => writingOne(readCreateRequest(bytes, () => "new")),
  UpdateDocument: (bytes) => writingOne(readUpdateRequest(bytes)),
  DeleteDocument: (bytes) => writingOne(readDeleteRequest(bytes)),
  BeginTransaction: (bytes) => reading({ ...readBeginRequest(bytes), paths: [] }, TRANSACTION),
  Rollback: (bytes) => reading({ ...readRollbackRequest(bytes), paths: [] }, TRANSACTION),
};

/**
 * Reads a request as far as access to it depends on it. Undefined: a method that is not known, or
 * bytes that are no such request; the server behind will say so.
 */
export function readFacts(method: string, bytes: Uint8Array): RequestFacts | undefined {
  try {
    return READERS[method]?.(bytes);
  } catch {
    return undefined; // Malformed: the server behind refuses it, in its own words.
  }
}

function reading(
  { database, paths }: { readonly database: DatabaseName; readonly paths: readonly string[] },
  permissions: readonly Permission[],
): RequestFacts {
  return { database, paths, permissions, writes: [] };
}

function beneath(
  { database, parent }: { readonly database: DatabaseName; readonly parent: string },
  permissions: readonly Permission[],
): RequestFacts {
  return reading({ database, paths: [parent] }, permissions);
}

function asking(request: {
  readonly database: DatabaseName;
  readonly query: StructuredQuery;
}): RequestFacts {
  const { database, query } = request;
  return reading({ database, paths: [query.parent] }, LIST);
}

function listening(bytes: Uint8Array): RequestFacts {
  const request = readListenRequest(bytes);
  if (request.kind === "bad-target") throw request.error;
  const { database } = request;
  if (request.kind === "remove") return reading({ database, paths: [] }, LIST);
  const { query } = request.target;
  return reading(
    { database, paths: "documents" in query ? query.documents : [query.parent] },
    LIST,
  );
}

function writing(request: {
  readonly database: DatabaseName | undefined;
  readonly writes: readonly Write[];
}): RequestFacts {
  const { database, writes } = request;
  const permissions = new Set<Permission>(writes.length === 0 ? TRANSACTION : []);
  for (const write of writes) {
    const exists = write.precondition?.kind === "exists" ? write.precondition.exists : undefined;
    if (write.kind === "verify") permissions.add("datastore.entities.get");
    else if (write.kind === "delete") permissions.add("datastore.entities.delete");
    else {
      if (exists !== true) permissions.add("datastore.entities.create");
      if (exists !== false) permissions.add("datastore.entities.update");
    }
  }
  const paths = writes.map(({ path }) => path);
  return { database, paths, permissions: [...permissions], writes: writes.map(kindOf) };
}

/** A write that does not say whether the document is there counts as an update. */
function kindOf({ kind, precondition }: Write): WriteKind {
  if (kind === "verify" || kind === "delete") return kind;
  return precondition?.kind === "exists" && !precondition.exists ? "create" : "update";
}

function writingOne(request: {
  readonly database: DatabaseName;
  readonly write: Write;
}): RequestFacts {
  return writing({ database: request.database, writes: [request.write] });
}
