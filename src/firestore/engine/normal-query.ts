import { compareValues } from "../data/compare-values.ts";
import type { DatabaseName, Document, FieldPath } from "../data/document.ts";
import {
  documentsRoot,
  isBeneath,
  joinPath,
  pathKey,
  segmentCount,
} from "../data/document-path.ts";
import { compareFieldPaths, isNameField, NAME_FIELD, sameFieldPath } from "../data/field-path.ts";
import { getField } from "../data/map-fields.ts";
import type { Cursor, Order, StructuredQuery } from "../data/query.ts";
import { Reference, type Value } from "../data/value.ts";
import { checkQuery } from "./check-query.ts";
import { type Conjunction, disjunctionsOf, isInequality, leavesOf } from "./disjunctions.ts";
import { allOf, compareKeys, compileFilter, type Matcher } from "./filter-matcher.ts";

/** A document with its place in the order of names, as queries pass it along. */
export interface Candidate {
  readonly document: Document;
  readonly key: string;
}

/** Where a query looks. */
export type QueryScope =
  | { readonly kind: "collection"; readonly path: string }
  /** Everything of that name, or of any, beneath the parent ("" for the root). */
  | { readonly kind: "wide"; readonly collectionId: string | undefined; readonly parent: string };

/** A query with everything in it that Firestore adds by itself, checked and compiled. */
export interface NormalQuery {
  readonly source: StructuredQuery;
  readonly scope: QueryScope;
  readonly conjunctions: readonly Conjunction[];
  /** Ends with `__name__`, so that it orders any two documents. */
  readonly orders: readonly Order[];
  readonly compare: (left: Candidate, right: Candidate) => number;
  /** Whether a document is what the query is after: place, filter, ordered fields and cursors. */
  readonly matches: Matcher;
  readonly offset: number;
  readonly limit: number | undefined;
  /** The place of the document that a value of `__name__` refers to. */
  readonly keyOf: (value: Value) => string;
}

/** `asked`: the orders that the client asked for, where an aggregation has added some of its own. */
export function normaliseQuery(
  database: DatabaseName,
  query: StructuredQuery,
  asked: readonly Order[] = query.orderBy,
): NormalQuery {
  const disjunctions = disjunctionsOf(query.where);
  checkQuery(database, query, disjunctions, asked);
  const keyOf = nameKeys(database);
  const orders = completeOrders(query);
  return {
    source: query,
    scope: scopeOf(query),
    conjunctions: disjunctions.conjunctions,
    orders,
    compare: comparatorOf(orders),
    matches: matcherOf(query, orders, keyOf),
    offset: query.offset,
    limit: query.limit,
    keyOf,
  };
}

function scopeOf({ parent, collectionId, allDescendants }: StructuredQuery): QueryScope {
  return collectionId !== undefined && !allDescendants
    ? { kind: "collection", path: joinPath(parent, collectionId) }
    : { kind: "wide", collectionId, parent };
}

function nameKeys(database: DatabaseName): (value: Value) => string {
  const root = documentsRoot(database).length + 1;
  return (value) => (value instanceof Reference ? pathKey(value.name.slice(root)) : "");
}

/** The orders with the name at their end, in the direction of the last one. */
function completeOrders(query: StructuredQuery): readonly Order[] {
  const orders = ordersOf(query);
  if (orders.some(({ field }) => isNameField(field))) return orders;
  return [...orders, { field: NAME_FIELD, direction: orders.at(-1)?.direction ?? "ascending" }];
}

/** The orders given, then the fields of inequalities in order of their paths. */
export function ordersOf({ where, orderBy }: StructuredQuery): readonly Order[] {
  const orders = [...orderBy];
  const direction = orders.at(-1)?.direction ?? "ascending";
  const implied = leavesOf(where)
    .filter(isInequality)
    .map(({ field }) => field)
    .sort(compareFieldPaths);
  for (const field of implied) {
    const isThere = orders.some((order) => sameFieldPath(order.field, field));
    if (!isThere && !isNameField(field)) orders.push({ field, direction });
  }
  return orders;
}

function comparatorOf(orders: readonly Order[]): NormalQuery["compare"] {
  const comparators = orders.map(({ field, direction }): NormalQuery["compare"] => {
    const sign = direction === "ascending" ? 1 : -1;
    if (isNameField(field)) return (left, right) => sign * compareKeys(left.key, right.key);
    return (left, right) => sign * compareValues(valueOf(left, field), valueOf(right, field));
  });
  return (left, right) => {
    for (const compare of comparators) {
      const difference = compare(left, right);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** Only for documents that have the field. */
function valueOf({ document }: Candidate, field: FieldPath): Value {
  return getField(document.fields, field) as Value;
}

function matcherOf(
  query: StructuredQuery,
  orders: readonly Order[],
  keyOf: (value: Value) => string,
): Matcher {
  const tests: Matcher[] = [];
  const isInPlace = placeTest(query);
  if (isInPlace !== undefined) tests.push(isInPlace);
  if (query.where !== undefined) tests.push(compileFilter(query.where, keyOf));
  const ordered = orders.map(({ field }) => field).filter((field) => !isNameField(field));
  if (ordered.length > 0) {
    tests.push(({ fields }) => ordered.every((field) => getField(fields, field) !== undefined));
  }
  const { startAt, endAt, findNearest } = query;
  if (startAt !== undefined) tests.push(cursorTest(startAt, orders, keyOf, "start"));
  if (endAt !== undefined) tests.push(cursorTest(endAt, orders, keyOf, "end"));
  if (findNearest !== undefined) {
    tests.push(({ fields }) => getField(fields, findNearest.field) !== undefined);
  }
  return allOf(tests);
}

function placeTest({ parent, collectionId, allDescendants }: StructuredQuery): Matcher | undefined {
  if (collectionId !== undefined && !allDescendants) return undefined;
  if (collectionId === undefined && !allDescendants) {
    const segments = parent === "" ? 2 : segmentCount(parent) + 2;
    return ({ path }) => isBeneath(path, parent) && segmentCount(path) === segments;
  }
  return parent === "" ? undefined : ({ path }) => isBeneath(path, parent);
}

function cursorTest(
  { values, before }: Cursor,
  orders: readonly Order[],
  keyOf: (value: Value) => string,
  end: "start" | "end",
): Matcher {
  const place = values.map((value, index) => {
    const { field, direction } = orders[index] as Order;
    const key = isNameField(field) ? keyOf(value) : undefined;
    return { value, key, field, sign: direction === "ascending" ? 1 : -1 };
  });
  return (document, key) => {
    let comparison = 0;
    for (const part of place) {
      comparison =
        part.sign *
        (part.key === undefined
          ? compareValues(getField(document.fields, part.field) as Value, part.value)
          : compareKeys(key, part.key));
      if (comparison !== 0) break;
    }
    const isBefore = comparison < 0 || (comparison === 0 && !before);
    return end === "start" ? !isBefore : isBefore;
  };
}
