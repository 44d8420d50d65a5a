import type { DatabaseName } from "../data/document.ts";
import { documentsRoot } from "../data/document-path.ts";
import { formatFieldPath, isNameField, sameFieldPath } from "../data/field-path.ts";
import type { Cursor, Order, StructuredQuery } from "../data/query.ts";
import { Reference, type Value } from "../data/value.ts";
import { isArray } from "../data/value-type.ts";
import { LIMITS } from "../limits/limits.ts";
import { checkFieldPath } from "./check-field-path.ts";
import { checkCollectionId, checkDocumentPath, checkParent } from "./check-path.ts";
import { checkOperand } from "./check-value.ts";
import {
  type Disjunctions,
  isInequality,
  isNegation,
  type LeafFilter,
  leavesOf,
} from "./disjunctions.ts";
import { invalid } from "./refusals.ts";

const IN_VALUES_MAX = LIMITS["in-values"].value;
/** https://docs.cloud.google.com/firestore/native/docs/query-data/queries: "up to 10 comparison values". */
const NOT_IN_VALUES_MAX = 10;
/** https://docs.cloud.google.com/firestore/native/docs/query-data/multiple-range-fields. */
const INEQUALITY_FIELDS_MAX = 10;
/** google.firestore.v1.StructuredQuery.FindNearest: "no more than 1000". */
const NEAREST_LIMIT_MAX = 1000;

/** Refuses what Firestore would refuse of a query, whatever the indexes, in the emulator's words. */
export function checkQuery(
  database: DatabaseName,
  query: StructuredQuery,
  disjunctions: Disjunctions,
  asked: readonly Order[],
): void {
  checkParent(database, query.parent);
  if (query.collectionId !== undefined) checkCollectionId(query.collectionId);
  if (query.limit !== undefined && query.limit < 0) throw invalid("limit is negative");
  if (query.offset < 0) throw invalid("offset is negative");
  const leaves = leavesOf(query.where);
  checkSize(query, leaves);
  checkEmptyDisjunction(query.where);
  leaves.forEach((leaf) => {
    checkLeaf(database, leaf);
  });
  checkCombination(leaves, disjunctions, query.where);
  checkNameEquality(leaves);
  checkOrders(query.orderBy);
  checkImpliedOrders(leaves, query.orderBy);
  checkGroupParent(query, leaves);
  query.select?.forEach(checkFieldPath);
  if (query.collectionId === undefined) checkKindless(leaves, asked);
  checkCursor(database, query.startAt, query.orderBy);
  checkCursor(database, query.endAt, query.orderBy);
  if (query.findNearest !== undefined) checkNearest(query);
}

/** The emulator's limit, which counts each condition of the filter, however nested. */
const CLAUSES_MAX = 100;

function checkSize({ orderBy, parent }: StructuredQuery, leaves: readonly LeafFilter[]): void {
  if (leaves.length + orderBy.length <= CLAUSES_MAX) return;
  const ancestor = parent === "" ? "no ancestor filter" : "an ancestor filter";
  throw invalid(
    `The query may not have more than ${CLAUSES_MAX} filters + sort orders + ancestor total. Currently there are ${leaves.length} filters, ${orderBy.length} sort orders, and ${ancestor}.`,
  );
}

function checkEmptyDisjunction(filter: StructuredQuery["where"]): void {
  if (filter === undefined || filter.kind === "field" || filter.kind === "unary") return;
  if (filter.kind === "or" && filter.filters.length === 0) {
    throw invalid("Composite filter must have at least one sub-filter.");
  }
  filter.filters.forEach(checkEmptyDisjunction);
}

const LIST_OPERATORS = {
  in: ["IN", IN_VALUES_MAX],
  "array-contains-any": ["ARRAY_CONTAINS_ANY", IN_VALUES_MAX],
  "not-in": ["NOT_IN", NOT_IN_VALUES_MAX],
} as const;

function isListOperator(operator: string): operator is keyof typeof LIST_OPERATORS {
  return Object.hasOwn(LIST_OPERATORS, operator);
}

function checkLeaf(database: DatabaseName, leaf: LeafFilter): void {
  checkFieldPath(leaf.field);
  if (leaf.kind === "unary") {
    if (isNameField(leaf.field)) throw nameIsNoKey();
    return;
  }
  const { operator, value } = leaf;
  checkOperand(value, formatFieldPath(leaf.field));
  if (isListOperator(operator)) {
    const [name, countMax] = LIST_OPERATORS[operator];
    if (!isArray(value)) throw invalid(`'${name}' requires an ArrayValue.`);
    if (value.length === 0) throw invalid(`'${name}' requires an non-empty ArrayValue.`);
    if (value.length > countMax) {
      throw invalid(`'${name}' supports up to ${countMax} comparison values.`);
    }
  }
  if (!isNameField(leaf.field)) return;
  if (isArrayFilter(leaf)) throw invalid("the name __key__ is reserved");
  const names = isListOperator(operator) && isArray(value) ? value : [value];
  names.forEach((name) => {
    checkName(database, name);
  });
}

function nameIsNoKey(): Error {
  return invalid("__key__ filter value must be a Key");
}

function checkName(database: DatabaseName, value: Value): void {
  if (!(value instanceof Reference)) throw nameIsNoKey();
  const root = `${documentsRoot(database)}/`;
  if (!value.name.startsWith(root)) {
    const [, projectId, , databaseId] = value.name.split("/");
    throw invalid(
      `The request was for database 'projects/${database.projectId}/databases/${database.databaseId}' but was attempting to access database 'projects/${projectId}/databases/${databaseId}'`,
    );
  }
  if (value.name.slice(root.length).split("/").length % 2 === 1) {
    throw invalid(`Resource name "${value.name}" lacks "/" at index ${value.name.length}.`);
  }
}

function checkCombination(
  leaves: readonly LeafFilter[],
  { count, conjunctions }: Disjunctions,
  where: StructuredQuery["where"],
): void {
  if (leaves.filter(isNegation).length > 1) {
    throw invalid(
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    );
  }
  const operators = new Set(leaves.map(({ operator }) => operator));
  const isDisjunctive =
    operators.has("in") || operators.has("array-contains-any") || hasDisjunction(where);
  if (operators.has("not-in") && isDisjunctive) {
    throw invalid(
      "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
    );
  }
  if (count > IN_VALUES_MAX) {
    throw invalid(
      `Too many disjunctions after normalization. Result had ${count} disjunctions which is more than the maximum of ${IN_VALUES_MAX}`,
    );
  }
  if (conjunctions.some((conjunction) => conjunction.filter(isArrayFilter).length > 1)) {
    throw invalid("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.");
  }
  const fields = [
    ...new Set(leaves.filter(isInequality).map(({ field }) => formatFieldPath(field))),
  ];
  if (fields.length > INEQUALITY_FIELDS_MAX) {
    throw invalid(
      `The query contains ${fields.length} distinct inequality fields: [${fields.join(", ")}]. A query may not have more than ${INEQUALITY_FIELDS_MAX} distinct inequality fields.`,
    );
  }
}

/** An index of inequalities has no place for a name that is fixed. */
function checkNameEquality(leaves: readonly LeafFilter[]): void {
  const inequalities = leaves.filter(isInequality);
  const onNames = inequalities.some(({ field }) => isNameField(field));
  const hasEquality = leaves.some((leaf) => isNameField(leaf.field) && !isInequality(leaf));
  if (hasEquality && inequalities.length > 0 && !onNames) {
    throw invalid(
      "Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.",
    );
  }
}

/** Fields that inequalities order by would come after the name, which ends every order. */
function checkImpliedOrders(leaves: readonly LeafFilter[], orders: readonly Order[]): void {
  if (!orders.some(({ field }) => isNameField(field))) return;
  const isOrdered = (leaf: LeafFilter): boolean =>
    isNameField(leaf.field) || orders.some(({ field }) => sameFieldPath(field, leaf.field));
  if (!leaves.filter(isInequality).every(isOrdered)) throw afterTheKey();
}

function afterTheKey(): Error {
  return invalid("order by clause cannot contain more fields after the key");
}

/** Beneath a document, a collection group can only go by names. */
function checkGroupParent(query: StructuredQuery, leaves: readonly LeafFilter[]): void {
  if (query.collectionId === undefined || !query.allDescendants || query.parent === "") return;
  const fields = [...leaves, ...query.orderBy].map(({ field }) => field);
  if (!fields.every(isNameField)) {
    throw invalid("collection group queries are only allowed at the root parent");
  }
}

function hasDisjunction(filter: StructuredQuery["where"]): boolean {
  if (filter === undefined || filter.kind === "field" || filter.kind === "unary") return false;
  // An OR of one condition counts as well (measured).
  if (filter.kind === "or") return true;
  return filter.filters.some(hasDisjunction);
}

function isArrayFilter({ operator }: LeafFilter): boolean {
  return operator === "array-contains" || operator === "array-contains-any";
}

function checkOrders(orders: readonly Order[]): void {
  const seen = new Set<string>();
  orders.forEach(({ field }, index) => {
    checkFieldPath(field);
    const text = formatFieldPath(field);
    if (seen.has(text)) {
      throw invalid(`order by clause cannot contain duplicate fields ${text}`);
    }
    seen.add(text);
    if (isNameField(field) && index < orders.length - 1) {
      throw afterTheKey();
    }
  });
}

/** A query over collections of every name can only go by document names. */
function checkKindless(leaves: readonly LeafFilter[], orders: readonly Order[]): void {
  const leaf = leaves.find(({ field }) => !isNameField(field));
  if (leaf !== undefined) {
    throw invalid(`kind is required for filter: ${formatFieldPath(leaf.field)}`);
  }
  const isByName = ({ field, direction }: Order): boolean =>
    isNameField(field) && direction === "ascending";
  if (!orders.every(isByName)) {
    throw invalid("kind is required for all orders except __key__ ascending");
  }
}

function checkCursor(
  database: DatabaseName,
  cursor: Cursor | undefined,
  orders: readonly Order[],
): void {
  if (cursor === undefined) return;
  if (cursor.values.length > orders.length) throw invalid("Cursor has too many values.");
  cursor.values.forEach((value, index) => {
    const { field } = orders[index] as Order;
    checkOperand(value, formatFieldPath(field));
    if (!isNameField(field)) return;
    if (!(value instanceof Reference)) {
      throw invalid("Cursor __key__ value is not a document reference.");
    }
    if (!value.name.startsWith(`${documentsRoot(database)}/`)) {
      throw invalid("The cursor key is in a different database than the query");
    }
    checkDocumentPathOf(database, value);
  });
}

function checkDocumentPathOf(database: DatabaseName, { name }: Reference): void {
  const path = name.slice(documentsRoot(database).length + 1);
  if (path.split("/").length % 2 === 1) checkDocumentPath(database, path);
}

function checkNearest({ findNearest, limit, offset, startAt, endAt }: StructuredQuery): void {
  if (findNearest === undefined) return;
  if (limit !== undefined) throw invalid("A query limit cannot be used with FindNearest");
  if (offset !== 0) throw invalid("A query offset cannot be used with FindNearest");
  if (startAt !== undefined || endAt !== undefined) {
    throw invalid("A cursor cannot be used with FindNearest");
  }
  checkFieldPath(findNearest.field);
  if (findNearest.distanceResultField !== undefined) {
    checkFieldPath(findNearest.distanceResultField);
  }
  if (findNearest.limit < 1 || findNearest.limit > NEAREST_LIMIT_MAX) {
    throw invalid(
      `FindNearest.limit must be a positive integer of no more than ${NEAREST_LIMIT_MAX}`,
    );
  }
  if (findNearest.queryVector.length === 0) throw invalid("Cannot have a zero length vector.");
}
