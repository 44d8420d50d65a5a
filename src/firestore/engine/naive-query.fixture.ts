import { compareValues, valuesEqual } from "../data/compare-values.ts";
import type { Document, FieldPath } from "../data/document.ts";
import { comparePaths } from "../data/document-path.ts";
import { getField } from "../data/map-fields.ts";
import type { Cursor, Filter, Order, StructuredQuery } from "../data/query.ts";
import { Reference, type Value } from "../data/value.ts";
import { isArray, typeOf } from "../data/value-type.ts";

/**
 * For tests: what a query returns, by the plainest means: look at every document, sort, slice. The
 * rules of Firestore spelled out once more, without views, plans or compiled filters.
 */
export function naiveQuery(
  documents: readonly Document[],
  query: StructuredQuery,
): readonly Document[] {
  const orders = ordersOf(query);
  const found = documents
    .filter((document) => isInPlace(document.path, query))
    .filter((document) => query.where === undefined || passes(document, query.where))
    .filter((document) => orders.every(({ field }) => valueAt(document, field) !== undefined))
    .filter(
      (document) =>
        isFrom(document, query.startAt, orders) && isUpTo(document, query.endAt, orders),
    )
    .sort((left, right) =>
      compareBy(
        left,
        orders.map(({ field }) => valueAt(right, field) as Value),
        orders,
      ),
    );
  const end = query.limit === undefined ? undefined : query.offset + query.limit;
  return found.slice(query.offset, end);
}

function isInPlace(
  path: string,
  { parent, collectionId, allDescendants }: StructuredQuery,
): boolean {
  const prefix = parent === "" ? [] : parent.split("/");
  const segments = path.split("/");
  const isBeneath = prefix.every((segment, index) => segments[index] === segment);
  if (!isBeneath || segments.length < prefix.length + 2) return false;
  if (!allDescendants && segments.length !== prefix.length + 2) return false;
  return collectionId === undefined || segments.at(-2) === collectionId;
}

/** The document's name counts as a field that is a reference. */
function valueAt(document: Document, field: FieldPath): Value | undefined {
  return field[0] === "__name__"
    ? new Reference(`projects/p/databases/(default)/documents/${document.path}`)
    : getField(document.fields, field);
}

function ordersOf({ where, orderBy }: StructuredQuery): readonly Order[] {
  const direction = orderBy.at(-1)?.direction ?? "ascending";
  const named = new Set(orderBy.map(({ field }) => field.join(".")));
  const orders = [...orderBy];
  if (!named.has("__name__")) {
    for (const text of [...new Set(inequalities(where))].sort()) {
      if (text !== "__name__" && !named.has(text))
        orders.push({ field: text.split("."), direction });
    }
    orders.push({ field: ["__name__"], direction });
  }
  return orders;
}

function inequalities(filter: Filter | undefined): readonly string[] {
  if (filter === undefined) return [];
  if (filter.kind !== "field" && filter.kind !== "unary") {
    return filter.filters.flatMap(inequalities);
  }
  const ranges = ["<", "<=", ">", ">=", "!=", "not-in", "is-not-null", "is-not-nan"];
  return ranges.includes(filter.operator) ? [filter.field.join(".")] : [];
}

function passes(document: Document, filter: Filter): boolean {
  if (filter.kind !== "field" && filter.kind !== "unary") {
    const results = filter.filters.map((inner) => passes(document, inner));
    return filter.kind === "and" ? !results.includes(false) : results.includes(true);
  }
  const value = valueAt(document, filter.field);
  if (value === undefined) return false;
  const isNaNValue = Number.isNaN(value);
  if (filter.kind === "unary") {
    if (filter.operator === "is-null") return value === null;
    if (filter.operator === "is-nan") return isNaNValue;
    if (filter.operator === "is-not-null") return value !== null;
    return value !== null && !isNaNValue;
  }
  const operand = filter.value;
  const equals = (one: Value, other: Value): boolean =>
    one !== null && !Number.isNaN(one) && !Number.isNaN(other) && valuesEqual(one, other);
  const isComparable = operand !== null && !Number.isNaN(operand) && !isNaNValue;
  const isSameType = isComparable && typeOf(value) === typeOf(operand);
  const listed = isArray(operand) ? operand : [];
  switch (filter.operator) {
    case "==":
      return equals(value, operand);
    case "!=":
      return operand !== null && value !== null && !equals(value, operand);
    case "<":
      return isSameType && compareValues(value, operand) < 0;
    case "<=":
      return isSameType && compareValues(value, operand) <= 0;
    case ">":
      return isSameType && compareValues(value, operand) > 0;
    case ">=":
      return isSameType && compareValues(value, operand) >= 0;
    case "in":
      return listed.some((one) => equals(value, one));
    case "not-in":
      return value !== null && !listed.includes(null) && !listed.some((one) => equals(value, one));
    case "array-contains":
      return isArray(value) && value.some((one) => equals(one, operand));
    case "array-contains-any":
      return isArray(value) && value.some((one) => listed.some((other) => equals(one, other)));
  }
}

function compareBy(document: Document, values: readonly Value[], orders: readonly Order[]): number {
  for (const [index, value] of values.entries()) {
    const { field, direction } = orders[index] as Order;
    const own = valueAt(document, field) as Value;
    const difference =
      own instanceof Reference && value instanceof Reference && field[0] === "__name__"
        ? comparePaths(own.name, value.name)
        : compareValues(own, value);
    if (difference !== 0) return direction === "ascending" ? difference : -difference;
  }
  return 0;
}

function isFrom(document: Document, start: Cursor | undefined, orders: readonly Order[]): boolean {
  if (start === undefined) return true;
  const difference = compareBy(document, start.values, orders);
  return start.before ? difference >= 0 : difference > 0;
}

function isUpTo(document: Document, end: Cursor | undefined, orders: readonly Order[]): boolean {
  if (end === undefined) return true;
  const difference = compareBy(document, end.values, orders);
  return end.before ? difference < 0 : difference <= 0;
}
