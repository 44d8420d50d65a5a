import { compareStrings } from "../data/compare-strings.ts";
import type { FieldPath } from "../data/document.ts";
import { formatFieldPath, parseFieldPath } from "../data/field-path.ts";
import type { FieldOperator, Filter, StructuredQuery, UnaryOperator } from "../data/query.ts";
import type { IndexDefinition, IndexField, QueryScope } from "./catalogue.ts";
import { nameDirectionAfter } from "./index-file.ts";

type Direction = "ASCENDING" | "DESCENDING";

/** The one index that answers a query, or one disjunct of it, without any merging. */
export interface NeededIndex {
  readonly collectionGroup: string;
  readonly queryScope: QueryScope;
  /** Compared for equality: they come first, in any order and either direction. Sorted by path. */
  readonly equalities: readonly IndexField[];
  /** Then these, in this order and these directions. */
  readonly ordered: readonly IndexField[];
  /** Then `__name__`, in this direction. */
  readonly nameDirection: Direction;
}

/**
 * The indexes that a query needs, one for each disjunct of its filter, each shape once. None when
 * the documents themselves lie in the order that is asked for. By
 * https://docs.cloud.google.com/firestore/native/docs/standard-index-overview, "Index properties":
 * 1. Fields compared for equality (also by `in` and array-contains) come first, in any order.
 * 2. Then those it is ordered by. Fields of inequalities that it is not ordered by follow, by name,
 *    in the last direction. So do, ascending or so, the fields of an aggregation.
 * 3. Last comes `__name__`, in the direction of the last order, be that on a field of equality or
 *    not (firebase-js-sdk issue 9097).
 * A disjunct has the orders that inequalities in the others imply: the query has one order.
 */
export function neededIndexes(
  query: StructuredQuery,
  aggregated: readonly FieldPath[] = [],
): readonly NeededIndex[] {
  const { collectionId } = query;
  // Without a collection only names can be asked for.
  if (collectionId === undefined) return [];
  const orders = effectiveOrders(query);
  const disjuncts = query.where === undefined ? [NO_LITERALS] : disjunctsOf(query.where);
  const needed = new Map<string, NeededIndex>();
  for (const literals of disjuncts) {
    const index = indexOf(query, collectionId, literals, orders, aggregated);
    if (index !== undefined) needed.set(shapeOf(index), index);
  }
  return [...needed.values()];
}

/** The index as it is declared: equalities ascending, in order of name. */
export function definitionOf(needed: NeededIndex): IndexDefinition {
  const { collectionGroup, queryScope, nameDirection } = needed;
  const fields = [...needed.equalities, ...needed.ordered];
  // After equalities alone either direction will do.
  const isImplied = needed.ordered.length === 0 || nameDirectionAfter(fields) === nameDirection;
  const name: IndexField = { fieldPath: "__name__", order: nameDirection };
  return {
    collectionGroup,
    queryScope,
    fields: isImplied && fields.length > 0 ? fields : [...fields, name],
  };
}

/** What a filter does with a field: `equality` is one value (or one of some), `containment` an element. */
interface Literal {
  readonly field: string;
  readonly kind: "equality" | "containment" | "inequality";
}

type Literals = ReadonlyMap<string, Literal>;
const NO_LITERALS: Literals = new Map();

/** Far more shapes than 30 disjunctions have, which is all that Firestore allows. */
const MOST_DISJUNCTS = 1000;

function disjunctsOf(filter: Filter): readonly Literals[] {
  if (!("filters" in filter)) return [literalsOf(filter)];
  if (filter.kind === "or") return distinct(filter.filters.flatMap(disjunctsOf));
  // What is common to all is put together once: a conjunction may be long.
  const common = new Map<string, Literal>();
  const alternatives: (readonly Literals[])[] = [];
  for (const part of filter.filters) {
    const [first, ...others] = disjunctsOf(part);
    if (first === undefined) continue;
    if (others.length > 0) alternatives.push([first, ...others]);
    else for (const [shape, literal] of first) common.set(shape, literal);
  }
  return alternatives.reduce<readonly Literals[]>(
    (product, some) => distinct(combine(product, some)),
    [common],
  );
}

function* combine(left: readonly Literals[], right: readonly Literals[]): Generator<Literals> {
  for (const one of left) {
    for (const other of right) yield new Map([...one, ...other]);
  }
}

/** Each shape once, and no more than are allowed by far. */
function distinct(all: Iterable<Literals>): readonly Literals[] {
  const byShape = new Map<string, Literals>();
  for (const literals of all) {
    byShape.set([...literals.keys()].toSorted().join("\u0000"), literals);
    if (byShape.size >= MOST_DISJUNCTS) break;
  }
  return [...byShape.values()];
}

function literalsOf(filter: Exclude<Filter, { kind: "and" | "or" }>): Literals {
  const literal: Literal = { field: formatFieldPath(filter.field), kind: kindOf(filter.operator) };
  return new Map([[`${literal.kind} ${literal.field}`, literal]]);
}

function kindOf(operator: FieldOperator | UnaryOperator): Literal["kind"] {
  switch (operator) {
    case "==":
    case "in":
    case "is-nan":
    case "is-null":
      return "equality";
    case "array-contains":
    case "array-contains-any":
      return "containment";
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "!=":
    case "not-in":
    case "is-not-nan":
    case "is-not-null":
      return "inequality";
  }
}

interface EffectiveOrders {
  readonly columns: readonly { readonly field: string; readonly direction: Direction }[];
  readonly nameDirection: Direction;
}

function effectiveOrders({ where, orderBy }: StructuredQuery): EffectiveOrders {
  const explicit = orderBy.map(({ field, direction }) => ({
    field: formatFieldPath(field),
    direction: direction === "ascending" ? ("ASCENDING" as const) : ("DESCENDING" as const),
  }));
  const direction = explicit.at(-1)?.direction ?? "ASCENDING";
  const named = explicit.findIndex(({ field }) => field === "__name__");
  // Nothing can be ordered within one name.
  const columns = named === -1 ? explicit : explicit.slice(0, named);
  const implied = [...inequalitiesOf(where)]
    .filter((field) => field !== "__name__" && !columns.some((one) => one.field === field))
    .toSorted(compareFields);
  return {
    columns: [...columns, ...(named === -1 ? implied : [])].map((one) =>
      typeof one === "string" ? { field: one, direction } : one,
    ),
    nameDirection: explicit[named]?.direction ?? direction,
  };
}

/** By their names, map by map: without the escapes that the texts have. */
function compareFields(one: string, other: string): number {
  const [left, right] = [parseFieldPath(one), parseFieldPath(other)];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = compareStrings(left[index] ?? "", right[index] ?? "");
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function inequalitiesOf(filter: Filter | undefined): ReadonlySet<string> {
  if (filter === undefined) return new Set();
  if ("filters" in filter) {
    return new Set(filter.filters.flatMap((part) => [...inequalitiesOf(part)]));
  }
  return kindOf(filter.operator) === "inequality"
    ? new Set([formatFieldPath(filter.field)])
    : new Set();
}

function indexOf(
  query: StructuredQuery,
  collectionGroup: string,
  literals: Literals,
  orders: EffectiveOrders,
  aggregated: readonly FieldPath[],
): NeededIndex | undefined {
  const compared = [...literals.values()].filter(({ field }) => field !== "__name__");
  // A field that is ranged besides is read as a range.
  const ranged = fieldsOf(compared, "inequality");
  const equal = new Set([...fieldsOf(compared, "equality")].filter((field) => !ranged.has(field)));
  const equalities = compared
    .filter(({ field, kind }) => kind === "containment" || equal.has(field))
    .filter(({ kind }) => kind !== "inequality")
    .map(({ field, kind }): IndexField =>
      kind === "equality"
        ? { fieldPath: field, order: "ASCENDING" }
        : { fieldPath: field, arrayConfig: "CONTAINS" },
    )
    .toSorted((a, b) => (columnText(a) < columnText(b) ? -1 : 1));
  const columns = orders.columns.filter(({ field }) => !equal.has(field));
  const direction = orders.columns.at(-1)?.direction ?? "ASCENDING";
  const extra = aggregated
    .map(formatFieldPath)
    .filter((field) => !equal.has(field) && !columns.some((one) => one.field === field))
    .toSorted(compareFields);
  const ordered = [...columns, ...new Set(extra)].map((one): IndexField =>
    typeof one === "string"
      ? { fieldPath: one, order: direction }
      : { fieldPath: one.field, order: one.direction },
  );
  const { nameDirection } = orders;
  const vector = vectorColumns(query);
  if (equalities.length + ordered.length + vector.length === 0 && nameDirection === "ASCENDING") {
    return undefined;
  }
  return {
    collectionGroup,
    queryScope: query.allDescendants ? "COLLECTION_GROUP" : "COLLECTION",
    equalities,
    ordered: [...ordered, ...vector],
    nameDirection,
  };
}

/** A search for the nearest goes over an index that ends with the vector. */
function vectorColumns({ findNearest }: StructuredQuery): readonly IndexField[] {
  if (findNearest === undefined) return [];
  const { field, queryVector } = findNearest;
  return [{ fieldPath: formatFieldPath(field), vectorConfig: { dimension: queryVector.length } }];
}

function fieldsOf(literals: readonly Literal[], kind: Literal["kind"]): ReadonlySet<string> {
  return new Set(literals.filter((one) => one.kind === kind).map(({ field }) => field));
}

/** A column in a few characters: "created_at DESC", "tags CONTAINS". */
export function columnText(column: IndexField): string {
  if ("order" in column) {
    return `${column.fieldPath} ${column.order === "ASCENDING" ? "ASC" : "DESC"}`;
  }
  if ("arrayConfig" in column) return `${column.fieldPath} CONTAINS`;
  return `${column.fieldPath} VECTOR<${column.vectorConfig.dimension}>`;
}

function shapeOf(index: NeededIndex): string {
  const columns = [...index.equalities, ...index.ordered].map(columnText);
  return `${columns.join()} ${index.equalities.length} ${index.nameDirection}`;
}
