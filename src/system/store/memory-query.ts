import type { DocumentData, FieldValue, Filter, Order, Query } from "./store.ts";

/** What a query sees of a document. */
export interface StoredDocument {
  readonly path: string;
  readonly data: DocumentData;
}

/** The documents a query answers with, in its order. */
export function evaluateQuery<Document extends StoredDocument>(
  documents: Iterable<Document>,
  query: Query,
): readonly Document[] {
  const order = effectiveOrder(query);
  const matches = [...documents].filter(
    (document) =>
      isFrom(document.path, query) &&
      (query.where ?? []).every((filter) => matchesFilter(document, filter)) &&
      order.every(({ field }) => fieldOf(document, field) !== undefined) &&
      isAfter(document, order, query.startAfter),
  );
  matches.sort((left, right) => compareDocuments(left, right, order));
  return query.limit === undefined ? matches : matches.slice(0, query.limit);
}

/** As Firestore completes an order: by the fields compared by range, then by name. */
function effectiveOrder(query: Query): readonly Order[] {
  const order: Order[] = [...(query.orderBy ?? [])];
  const direction = order.at(-1)?.direction ?? "asc";
  const ranges = (query.where ?? []).filter(({ operator }) =>
    ["<", "<=", ">", ">=", "!=", "not-in"].includes(operator),
  );
  for (const field of [...ranges.map((filter) => filter.field).sort(), "__name__"]) {
    if (!order.some((existing) => existing.field === field)) order.push({ field, direction });
  }
  return order;
}

function isFrom(path: string, { from }: Query): boolean {
  const collection = path.slice(0, path.lastIndexOf("/"));
  return from.kind === "collection"
    ? collection === from.path
    : collection.slice(collection.lastIndexOf("/") + 1) === from.name;
}

function isAfter(
  document: StoredDocument,
  order: readonly Order[],
  startAfter: readonly FieldValue[] | undefined,
): boolean {
  if (!startAfter) return true;
  for (const [index, bound] of startAfter.entries()) {
    const { field, direction } = order[index] ?? { field: "__name__", direction: "asc" };
    const difference = compareIn(field, fieldOf(document, field) ?? null, bound);
    if (difference !== 0) return direction === "asc" ? difference > 0 : difference < 0;
  }
  return false;
}

function compareDocuments(
  left: StoredDocument,
  right: StoredDocument,
  order: readonly Order[],
): number {
  for (const { field, direction } of order) {
    const difference = compareIn(
      field,
      fieldOf(left, field) ?? null,
      fieldOf(right, field) ?? null,
    );
    if (difference !== 0) return direction === "asc" ? difference : -difference;
  }
  return 0;
}

function matchesFilter(document: StoredDocument, { field, operator, value }: Filter): boolean {
  const actual = fieldOf(document, field);
  if (actual === undefined) return false;
  const compare = (other: FieldValue): number => compareIn(field, actual, other);
  const comparable = typeRank(actual) === typeRank(value);
  switch (operator) {
    case "==":
      return compare(value) === 0;
    case "!=":
      return actual !== null && compare(value) !== 0;
    case "<":
      return comparable && compare(value) < 0;
    case "<=":
      return comparable && compare(value) <= 0;
    case ">":
      return comparable && compare(value) > 0;
    case ">=":
      return comparable && compare(value) >= 0;
    case "in":
      return listOf(value).some((item) => compare(item) === 0);
    case "not-in":
      return actual !== null && listOf(value).every((item) => compare(item) !== 0);
    case "array-contains":
      return listOf(actual).some((item) => compareValues(item, value) === 0);
    case "array-contains-any":
      return listOf(value).some((one) =>
        listOf(actual).some((item) => compareValues(item, one) === 0),
      );
  }
}

function listOf(value: FieldValue): readonly FieldValue[] {
  return Array.isArray(value) ? (value as readonly FieldValue[]) : [];
}

function fieldOf(document: StoredDocument, field: string): FieldValue | undefined {
  if (field === "__name__") return document.path;
  let value: FieldValue | undefined = document.data;
  for (const name of field.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as DocumentData)[name];
  }
  return value;
}

/** Names are ordered segment by segment, so that "a/b" comes before "a-c/b". */
function compareIn(field: string, left: FieldValue, right: FieldValue): number {
  return field === "__name__" && typeof left === "string" && typeof right === "string"
    ? compareValues(left.split("/"), right.split("/"))
    : compareValues(left, right);
}

/**
 * Firestore's order of values
 * (https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering).
 */
function compareValues(left: FieldValue, right: FieldValue): number {
  const ranks = typeRank(left) - typeRank(right);
  if (ranks !== 0) return ranks;
  if (Array.isArray(left)) return compareLists(left, listOf(right));
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  if (typeof left === "object" && left !== null) {
    return compareLists(sortedEntries(left as DocumentData), sortedEntries(right as DocumentData));
  }
  return compareScalars(left, right as typeof left);
}

function compareScalars<T extends null | boolean | number | string>(left: T, right: T): number {
  if (left === right || left === null || right === null) return 0;
  return left < right ? -1 : 1;
}

function compareLists(left: readonly FieldValue[], right: readonly FieldValue[]): number {
  for (const [index, item] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference = compareValues(item, other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function sortedEntries(map: DocumentData): readonly FieldValue[] {
  return Object.entries(map)
    .sort(([left], [right]) => compareScalars(left, right))
    .flat();
}

function typeRank(value: FieldValue): number {
  if (value === null) return 0;
  if (typeof value === "boolean") return 1;
  if (typeof value === "number") return 2;
  if (value instanceof Date) return 3;
  if (typeof value === "string") return 4;
  return Array.isArray(value) ? 5 : 6;
}
