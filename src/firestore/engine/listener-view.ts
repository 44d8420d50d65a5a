import type { Document } from "../data/document.ts";
import type { ListenEvent } from "./engine.ts";
import type { Candidate, NormalQuery } from "./normal-query.ts";
import { project } from "./projection.ts";
import { isInScope, type Overlay, runQuery } from "./run-query.ts";
import type { Store } from "./store.ts";
import type { Change } from "./version.ts";

/** What a target sees, as paths to documents. */
export type View = Map<string, Document>;

export type ViewChange = Pick<ListenEvent, "changed" | "removed">;

/** A target's way of seeing the database. */
export interface Watched {
  /** The whole view, now or as it was (with the overlay). */
  read(store: Store, overlay?: Overlay): View;
  /** Whether the change may alter the view at all: to be cheap. */
  concerns(change: Change): boolean;
  /** The view moved by the changes, in place, and what that makes of it. */
  move(view: View, changes: readonly Change[], store: Store): ViewChange;
  /** Documents asked for by name that are not there: the client is to be told of them too. */
  missing(view: View): readonly string[];
}

/** Documents by name. */
export function watchDocuments(paths: readonly string[]): Watched {
  const wanted = new Set(paths);
  return {
    read(store, overlay) {
      const view: View = new Map();
      for (const path of wanted) {
        const document = overlay?.has(path) === true ? overlay.get(path) : store.get(path);
        if (document !== undefined) view.set(path, document);
      }
      return view;
    },
    concerns: ({ row }) => wanted.has(row.path),
    move: (view, changes) => moveBy(view, changes, ({ after }) => after),
    missing: (view) => [...wanted].filter((path) => !view.has(path)),
  };
}

/** The documents that a query returns. */
export function watchQuery(query: NormalQuery): Watched {
  const isWindow = query.limit !== undefined || query.offset > 0;
  const matches = (document: Document | undefined, { row }: Change): boolean =>
    document !== undefined && isInScope(row.path, query) && query.matches(document, row.key);
  const read: Watched["read"] = (store, overlay) => readQuery(store, query, overlay);
  return {
    read,
    concerns: (change) => matches(change.before, change) || matches(change.after, change),
    move(view, changes, store) {
      if (isWindow && !isSettled(query, view, changes, store)) {
        return replace(view, read(store), store);
      }
      const relevant = isWindow ? changes.filter(({ row }) => view.has(row.path)) : changes;
      return moveBy(view, relevant, (change) => {
        const { after } = change;
        if (after === undefined || !matches(after, change)) return undefined;
        return project(after, query.source.select);
      });
    },
    missing: () => [],
  };
}

/**
 * Whether the changes leave the same documents in a limited view, so that the query need not be run
 * again: a document in it keeps its place, and one outside stays behind the last one in it.
 */
function isSettled(
  query: NormalQuery,
  view: View,
  changes: readonly Change[],
  store: Store,
): boolean {
  if (query.offset > 0) return false;
  const last = lastOf(query, view, store);
  if (last === undefined && view.size > 0) return false;
  const isFull = view.size === query.limit;
  return changes.every(({ row, before, after }) => {
    const stays = after !== undefined && query.matches(after, row.key);
    const candidate = { document: after ?? before, key: row.key } as Candidate;
    if (!view.has(row.path)) return !stays || (isFull && isBehind(query, candidate, last));
    const old = { document: before, key: row.key } as Candidate;
    return stays && query.compare(old, candidate) === 0;
  });
}

function isBehind(query: NormalQuery, candidate: Candidate, last: Candidate | undefined): boolean {
  return last === undefined || query.compare(candidate, last) > 0;
}

/**
 * The last document of a view, which is in the query's order; as it is now, without projection.
 * Undefined where it no longer matches, and so may have no place in the order.
 */
function lastOf(query: NormalQuery, view: View, store: Store): Candidate | undefined {
  const path = [...view.keys()].at(-1);
  const row = path === undefined ? undefined : store.tree.row(path);
  const document = row?.version.document;
  if (row === undefined || document === undefined) return undefined;
  return query.matches(document, row.key) ? { document, key: row.key } : undefined;
}

function readQuery(store: Store, query: NormalQuery, overlay: Overlay | undefined): View {
  const wanted = query.limit === undefined ? undefined : query.offset + query.limit;
  const documents = runQuery(store, query, wanted, overlay).slice(query.offset);
  return new Map(
    documents.map((document) => [document.path, project(document, query.source.select)]),
  );
}

function moveBy(
  view: View,
  changes: readonly Change[],
  seen: (change: Change) => Document | undefined,
): ViewChange {
  const changed: Document[] = [];
  const removed: { path: string; deleted: boolean }[] = [];
  for (const change of changes) {
    const { path } = change.row;
    const document = seen(change);
    if (document !== undefined) {
      view.set(path, document);
      changed.push(document);
    } else if (view.delete(path)) {
      removed.push({ path, deleted: change.after === undefined });
    }
  }
  return { changed, removed };
}

function replace(view: View, current: View, store: Store): ViewChange {
  const difference = differenceOf(view, current, store);
  view.clear();
  for (const [path, document] of current) view.set(path, document);
  return difference;
}

/** What a client that has one view is to be told to have the other. */
export function differenceOf(before: View, after: View, store: Store): ViewChange {
  const changed = [...after.values()].filter((document) => {
    const old = before.get(document.path);
    return old === undefined || old.updateTime.compareTo(document.updateTime) !== 0;
  });
  const removed = [...before.keys()]
    .filter((path) => !after.has(path))
    .map((path) => ({ path, deleted: store.get(path) === undefined }));
  return { changed, removed };
}
