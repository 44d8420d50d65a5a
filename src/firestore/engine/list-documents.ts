import type { DatabaseName, Document } from "../data/document.ts";
import {
  collectionOf,
  documentName,
  joinPath,
  parentOf,
  pathKey,
  segmentCount,
} from "../data/document-path.ts";
import { compareStrings } from "../data/compare-strings.ts";
import { NAME_FIELD } from "../data/field-path.ts";
import type { StructuredQuery } from "../data/query.ts";
import { Reference } from "../data/value.ts";
import { checkCollectionId, checkParent } from "./check-path.ts";
import { checkFieldPath } from "./check-field-path.ts";
import type { ListDocuments, Lookup, Page } from "./engine.ts";
import { compareKeys } from "./filter-matcher.ts";
import { normaliseQuery } from "./normal-query.ts";
import { decodePageToken, encodePageToken } from "./page-token.ts";
import { project } from "./projection.ts";
import { invalid } from "./refusals.ts";
import { type Overlay, runQuery } from "./run-query.ts";
import type { Store } from "./store.ts";

/** Documents of a page when the client does not say (as the emulator), and the most it may ask for. */
const PAGE_SIZE_DEFAULT = 300;
const COLLECTION_IDS_DEFAULT = 10_000;

/** The documents of a collection in pages; with `showMissing` also paths that only have something beneath. */
export function listDocuments(
  database: DatabaseName,
  store: Store,
  request: ListDocuments,
  overlay: Overlay | undefined,
): Page<Lookup> {
  const { parent, collectionId, orderBy, showMissing, mask } = request;
  if (showMissing && orderBy.length > 0) {
    throw invalid("cannot specify an order when show_missing is true");
  }
  if (request.pageSize < 0) throw negativePageSize();
  if (showMissing && collectionId === "") {
    throw invalid("collection id must be set when show_missing is true");
  }
  mask?.forEach(checkFieldPath);
  checkParent(database, parent);
  if (collectionId !== "") checkCollectionId(collectionId);
  const after = decodePageToken(request.pageToken);
  const size = request.pageSize > 0 ? request.pageSize : PAGE_SIZE_DEFAULT;
  if (orderBy.length === 0 && !showMissing) {
    return pageByName(database, store, { request, after, size }, overlay);
  }
  const query = normaliseQuery(database, listQuery(parent, collectionId, orderBy));
  const documents = runQuery(store, query, undefined, overlay);
  const lookups = showMissing
    ? withMissing(documents, missingPaths(store, parent, collectionId, overlay))
    : documents.map((document): Lookup => ({ path: document.path, document }));
  const start = after === undefined ? 0 : startOf(lookups, after, showMissing);
  return pageOf(
    lookups,
    { start, size },
    ({ path }) => path,
    (lookup) => ({
      path: lookup.path,
      document: lookup.document && project(lookup.document, mask),
    }),
  );
}

/** In order of names, of which a page costs no more than itself. */
function pageByName(
  database: DatabaseName,
  store: Store,
  page: {
    readonly request: ListDocuments;
    readonly after: string | undefined;
    readonly size: number;
  },
  overlay: Overlay | undefined,
): Page<Lookup> {
  const { request, after, size } = page;
  const { parent, collectionId, mask } = request;
  const query = normaliseQuery(database, {
    ...listQuery(parent, collectionId, [{ field: NAME_FIELD, direction: "ascending" }]),
    startAt:
      after === undefined
        ? undefined
        : { values: [new Reference(documentName(database, after))], before: false },
  });
  const documents = runQuery(store, query, size, overlay);
  return pageOf(
    documents,
    { start: 0, size },
    ({ path }) => path,
    (document) => ({ path: document.path, document: project(document, mask) }),
  );
}

export function listQuery(
  parent: string,
  collectionId: string,
  orderBy: StructuredQuery["orderBy"],
): StructuredQuery {
  return {
    parent,
    collectionId: collectionId === "" ? undefined : collectionId,
    allDescendants: false,
    orderBy,
    offset: 0,
  };
}

/** IDs of the collections right beneath a document, in order. */
export function listCollectionIds(
  database: DatabaseName,
  store: Store,
  request: {
    readonly parent: string;
    readonly pageSize: number;
    readonly pageToken: string | undefined;
  },
  overlay: Overlay | undefined,
): Page<string> {
  const { parent, pageSize, pageToken } = request;
  if (pageSize < 0) throw negativePageSize();
  checkParent(database, parent);
  const after = decodePageToken(pageToken);
  const ids =
    overlay === undefined || overlay.size === 0
      ? [...store.tree.childCollections(parent)]
      : [...new Set(segmentsBeneath(store, parent, overlay))];
  ids.sort(compareStrings);
  const start = after === undefined ? 0 : ids.filter((id) => compareStrings(id, after) <= 0).length;
  return pageOf(
    ids,
    { start, size: pageSize > 0 ? pageSize : COLLECTION_IDS_DEFAULT },
    (id) => id,
    (id) => id,
  );
}

/** A full page has a token, even if nothing follows (measured): the next page is then empty. */
function pageOf<T, Result>(
  items: readonly T[],
  { start, size }: { readonly start: number; readonly size: number },
  nameOf: (item: T) => string,
  finish: (item: T) => Result,
): Page<Result> {
  const page = items.slice(start, start + size);
  const last = page.at(-1);
  return {
    items: page.map(finish),
    nextPageToken:
      last === undefined || page.length < size ? undefined : encodePageToken(nameOf(last)),
  };
}

function negativePageSize(): Error {
  return invalid("Page size must be nonnegative.");
}

/** The first item after that path. Without an order it need not be there any more. */
function startOf(lookups: readonly Lookup[], after: string, isByName: boolean): number {
  if (isByName) {
    const key = pathKey(after);
    return lookups.filter(({ path }) => compareKeys(pathKey(path), key) <= 0).length;
  }
  return lookups.findIndex(({ path }) => path === after) + 1;
}

function withMissing(documents: readonly Document[], missing: Iterable<string>): readonly Lookup[] {
  const lookups = new Map<string, Lookup>();
  for (const path of missing) lookups.set(path, { path, document: undefined });
  for (const document of documents) lookups.set(document.path, { path: document.path, document });
  const keyed = [...lookups.values()].map((lookup) => ({ lookup, key: pathKey(lookup.path) }));
  return keyed.sort((left, right) => compareKeys(left.key, right.key)).map(({ lookup }) => lookup);
}

/** Documents of the collection that have something beneath them, there or not. */
function missingPaths(
  store: Store,
  parent: string,
  collectionId: string,
  overlay: Overlay | undefined,
): Iterable<string> {
  const ids = collectionId === "" ? [...store.tree.childCollections(parent)] : [collectionId];
  if (overlay === undefined || overlay.size === 0) {
    return ids.flatMap((id) => {
      const path = joinPath(parent, id);
      return [...(store.tree.collection(path)?.nested ?? [])].map((nested) => `${path}/${nested}`);
    });
  }
  const depth = parent === "" ? 2 : segmentCount(parent) + 2;
  return pathsAt(store, overlay)
    .filter((path) => segmentCount(path) > depth)
    .map((path) => path.split("/").slice(0, depth).join("/"))
    .filter((path) => {
      const collection = collectionOf(path);
      if (collectionId !== "") return collection === joinPath(parent, collectionId);
      return parentOf(collection) === parent;
    });
}

function segmentsBeneath(store: Store, parent: string, overlay: Overlay): readonly string[] {
  const prefix = parent === "" ? "" : `${parent}/`;
  return pathsAt(store, overlay)
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).split("/", 1)[0] as string);
}

/** Every document there was at that time. Slow, and only for lists in the past. */
function pathsAt(store: Store, overlay: Overlay): readonly string[] {
  const paths: string[] = [];
  for (const row of store.wideScope(undefined).liveRows()) {
    if (!overlay.has(row.path)) paths.push(row.path);
  }
  for (const [path, document] of overlay) if (document !== undefined) paths.push(path);
  return paths;
}
