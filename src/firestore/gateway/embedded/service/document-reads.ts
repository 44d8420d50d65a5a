import { documentName, documentsRoot, joinPath } from "../../../data/document-path.ts";
import { FirestoreError } from "../../../data/status.ts";
import {
  encodeBatchGetTransaction,
  encodeCollectionIds,
  encodeDocumentMessage,
  encodeListResponse,
  encodeLookup,
} from "../../../wire/encode-responses.ts";
import {
  readBatchGetRequest,
  readGetRequest,
  readListCollectionsRequest,
  readListRequest,
} from "../../../wire/read-document-requests.ts";
import type { Call, Method } from "../rpc.ts";
import { consistencyOf } from "./consistency.ts";
import type { ServiceParts } from "./service-parts.ts";

/** Emulator's page where a request names none; production's is not published. */
const DEFAULT_PAGE_SIZE = 300;

/** The methods that read documents by name, and lists of them. */
export function documentReads({
  engine,
  gate,
}: ServiceParts): readonly (readonly [string, Method])[] {
  const get = async (bytes: Uint8Array, { signal }: Call) => {
    const { database: name, paths, mask, selector } = readGetRequest(bytes);
    await gate.read({ database: name, paths }, signal);
    const database = engine.database(name);
    const { at } = consistencyOf(database, selector);
    const { result } = await database.get(paths, at, mask);
    const document = result[0]?.document;
    if (document === undefined) {
      const missing = documentName(name, paths[0] ?? "");
      throw new FirestoreError("NOT_FOUND", `Document "${missing}" not found.`);
    }
    return encodeDocumentMessage(documentsRoot(name), document);
  };

  async function* batchGet(bytes: Uint8Array, { signal }: Call): AsyncGenerator<Uint8Array> {
    const { database: name, paths, mask, selector } = readBatchGetRequest(bytes);
    await gate.read({ database: name, paths }, signal);
    const database = engine.database(name);
    const { at, begun } = consistencyOf(database, selector);
    if (begun !== undefined) yield encodeBatchGetTransaction(begun);
    // Each document is answered once, however often it was asked for.
    const { result, readTime } = await database.get([...new Set(paths)], at, mask);
    const root = documentsRoot(name);
    for (const { path, document } of result) yield encodeLookup(root, path, document, readTime);
  }

  const list = async (bytes: Uint8Array, { signal }: Call) => {
    const request = readListRequest(bytes);
    const { database: name, parent, collectionId } = request;
    await gate.read({ database: name, paths: [joinPath(parent, collectionId)] }, signal);
    const database = engine.database(name);
    const { at } = consistencyOf(database, request.selector);
    const pageSize = request.pageSize === 0 ? DEFAULT_PAGE_SIZE : request.pageSize;
    const page = await database.listDocuments({ ...request, pageSize }, at);
    return encodeListResponse(documentsRoot(name), page.items, page.nextPageToken);
  };

  const listCollectionIds = async (bytes: Uint8Array, { signal }: Call) => {
    const request = readListCollectionsRequest(bytes);
    const { database: name, parent, pageToken } = request;
    await gate.read({ database: name, paths: [parent] }, signal);
    const database = engine.database(name);
    const { at } = consistencyOf(database, request.selector);
    const pageSize = request.pageSize === 0 ? DEFAULT_PAGE_SIZE : request.pageSize;
    const page = await database.listCollectionIds(parent, pageSize, pageToken, at);
    return encodeCollectionIds(page.items, page.nextPageToken);
  };

  return [
    ["GetDocument", { kind: "unary", handle: get }],
    ["BatchGetDocuments", { kind: "server-stream", handle: batchGet }],
    ["ListDocuments", { kind: "unary", handle: list }],
    ["ListCollectionIds", { kind: "unary", handle: listCollectionIds }],
  ];
}
