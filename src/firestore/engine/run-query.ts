import type { Document } from "../data/document.ts";
import { isNameField, NAME_FIELD } from "../data/field-path.ts";
import { pathKey } from "../data/document-path.ts";
import { compareValues } from "../data/compare-values.ts";
import type { Candidate, NormalQuery } from "./normal-query.ts";
import type { OrderedView, ViewEntry } from "./ordered-view.ts";
import { boundsOf, cursorRange, intersect, type Points, pointsOf } from "./query-ranges.ts";
import type { Scope } from "./scope.ts";
import type { Stretch } from "./sorted-list.ts";
import type { Store } from "./store.ts";
import type { Row } from "./row.ts";

/** Documents that are not what the store says: as they were at an earlier time. */
export type Overlay = ReadonlyMap<string, Document | undefined>;

const NO_OVERLAY: Overlay = new Map();

/** Up to so many documents are looked at one by one, without views. */
const SMALL_SCOPE_MAX = 64;
/** A condition that leaves so few documents is good enough: no other view is made for the query. */
const FEW = 32;

/**
 * All documents that match, in order, the first `wanted` of them if that is given. Offset, limit and
 * projection are the caller's.
 */
export function runQuery(
  store: Store,
  query: NormalQuery,
  wanted: number | undefined,
  overlay: Overlay = NO_OVERLAY,
): readonly Document[] {
  if (wanted === 0) return [];
  const current = documentsOf(store, query, wanted, overlay);
  const past = overlay.size === 0 ? [] : matchesIn(overlay, query);
  const all = past.length === 0 ? current : [...current, ...past].sort(query.compare);
  const documents = all.map(({ document }) => document);
  return wanted === undefined ? documents : documents.slice(0, wanted);
}

/** How many documents match, where the views tell it without looking at any; else undefined. */
export function countQuery(store: Store, query: NormalQuery): number | undefined {
  const { source, conjunctions, orders, offset, limit } = query;
  const [only, ...others] = conjunctions;
  const isPlain = offset === 0 && limit === undefined && orders.length === 1;
  const isCut = source.startAt !== undefined || source.endAt !== undefined;
  const isWhole =
    query.scope.kind === "collection" || (query.scope.parent === "" && source.allDescendants);
  if (!isPlain || isCut || !isWhole || only === undefined || others.length > 0) return undefined;
  const scope = scopeOf(store, query);
  if (scope === undefined) return 0;
  const [leaf, ...rest] = only;
  if (leaf === undefined) return scope.size;
  if (rest.length > 0) return undefined;
  const points = pointsOf(leaf, query.keyOf);
  // Several ranges may share documents.
  if (points === undefined || points.ranges.length > 1) return undefined;
  return findPoints(scope.view(leaf.field, points.kind), points).count;
}

function matchesIn(overlay: Overlay, query: NormalQuery): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [path, document] of overlay) {
    if (document === undefined || !isInScope(path, query)) continue;
    const key = pathKey(path);
    if (query.matches(document, key)) found.push({ document, key });
  }
  return found;
}

/** Whether the path is in the query's collection, or in one of its name. Parents are the matcher's. */
export function isInScope(path: string, { scope }: NormalQuery): boolean {
  const end = path.lastIndexOf("/");
  if (scope.kind === "collection") return path.startsWith(scope.path) && end === scope.path.length;
  if (scope.collectionId === undefined) return true;
  const start = path.lastIndexOf("/", end - 1) + 1;
  return path.slice(start, end) === scope.collectionId;
}

function documentsOf(
  store: Store,
  query: NormalQuery,
  wanted: number | undefined,
  overlay: Overlay,
): readonly Candidate[] {
  const scope = scopeOf(store, query);
  if (scope === undefined) return [];
  const pick = (row: Row): Candidate | undefined => {
    const { document } = row.version;
    if (document === undefined || overlay.has(row.path)) return undefined;
    return query.matches(document, row.key) ? { document, key: row.key } : undefined;
  };
  if (scope.size <= SMALL_SCOPE_MAX) {
    const found: Candidate[] = [];
    for (const row of scope.liveRows()) take(found, pick(row));
    return found.sort(query.compare);
  }
  const points = bestPoints(scope, query);
  const scan = orderedScan(scope, query);
  const share = points === undefined ? 1 : Math.min(1, points.count / Math.max(1, scope.size));
  const count = scan.size;
  const scanCost = wanted === undefined ? count : Math.min(count, wanted / share);
  if (points !== undefined && points.count <= scanCost) {
    const found: Candidate[] = [];
    for (const row of rowsOf(points.stretches)) take(found, pick(row));
    return found.sort(query.compare);
  }
  return scanInOrder(scan, query, wanted, pick);
}

/** The collection, or whatever is as wide as the query; undefined when there is nothing. */
function scopeOf(store: Store, { scope }: NormalQuery): Scope | undefined {
  return scope.kind === "collection"
    ? store.tree.collection(scope.path)
    : store.wideScope(scope.collectionId);
}

type Pick = (row: Row) => Candidate | undefined;

function take(candidates: Candidate[], candidate: Candidate | undefined): void {
  if (candidate !== undefined) candidates.push(candidate);
}

interface FoundPoints {
  readonly count: number;
  readonly stretches: readonly Stretch<ViewEntry>[];
}

/** For each conjunction the equality condition that leaves the fewest documents; undefined if one has none. */
function bestPoints(scope: Scope, query: NormalQuery): FoundPoints | undefined {
  const chosen: FoundPoints[] = [];
  for (const conjunction of query.conjunctions) {
    let best: FoundPoints | undefined;
    for (const leaf of conjunction) {
      const points = pointsOf(leaf, query.keyOf);
      if (points === undefined) continue;
      const found = findPoints(scope.view(leaf.field, points.kind), points);
      if (best === undefined || found.count < best.count) best = found;
      if (best.count <= FEW) break;
    }
    if (best === undefined) return undefined;
    chosen.push(best);
  }
  return {
    count: chosen.reduce((sum, { count }) => sum + count, 0),
    stretches: chosen.flatMap(({ stretches }) => stretches),
  };
}

function findPoints({ entries }: OrderedView, { ranges }: Points): FoundPoints {
  const stretches = ranges.map((range) => entries.between(range.isBeforeStart, range.isBeforeEnd));
  return { count: stretches.reduce((sum, { size }) => sum + size, 0), stretches };
}

/** Each row once, though several stretches may hold it. */
function rowsOf(stretches: readonly Stretch<ViewEntry>[]): Iterable<Row> {
  const rows: Row[] = [];
  for (const stretch of stretches) {
    stretch.ascend(({ row }) => {
      rows.push(row);
      return true;
    });
  }
  return stretches.length > 1 ? new Set(rows) : rows;
}

/** The view of the first ordered field, between the query's bounds. */
function orderedScan(scope: Scope, query: NormalQuery): Stretch<ViewEntry> {
  const { field } = query.orders[0] as NormalQuery["orders"][number];
  const view = scope.view(isNameField(field) ? NAME_FIELD : field, "value");
  const range = intersect(boundsOf(query), cursorRange(query));
  return view.entries.between(range.isBeforeStart, range.isBeforeEnd);
}

/** Takes documents as the view has them, sorts those whose first values tie, and stops at `wanted`. */
function scanInOrder(
  stretch: Stretch<ViewEntry>,
  query: NormalQuery,
  wanted: number | undefined,
  pick: Pick,
): readonly Candidate[] {
  const [first, second] = query.orders as readonly [
    NormalQuery["orders"][number],
    NormalQuery["orders"][number] | undefined,
  ];
  const isViewOrder =
    second === undefined || (isNameField(second.field) && second.direction === first.direction);
  const result: Candidate[] = [];
  let group: ViewEntry | undefined;
  let groupStart = 0;
  const visit = (entry: ViewEntry): boolean => {
    if (!isViewOrder && group !== undefined && compareValues(group.value, entry.value) !== 0) {
      sortTail(result, groupStart, query);
      groupStart = result.length;
      if (wanted !== undefined && result.length >= wanted) return false;
    }
    group = entry;
    take(result, pick(entry.row));
    return !(isViewOrder && result.length === wanted);
  };
  if (first.direction === "ascending") stretch.ascend(visit);
  else stretch.descend(visit);
  if (!isViewOrder) sortTail(result, groupStart, query);
  return result;
}

function sortTail(candidates: Candidate[], start: number, query: NormalQuery): void {
  if (candidates.length - start < 2) return;
  const tail = candidates.splice(start).sort(query.compare);
  for (const candidate of tail) candidates.push(candidate);
}
