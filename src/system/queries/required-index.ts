import { assert } from "../../std/assert.ts";
import type { Filter, Order, Query } from "../store/store.ts";

type IndexScope = "COLLECTION" | "COLLECTION_GROUP";

/** One column of an index, in the words of firestore.indexes.json. */
export type IndexField = { readonly fieldPath: string } & (
  | { readonly order: "ASCENDING" | "DESCENDING" }
  | { readonly arrayConfig: "CONTAINS" }
);

/** The index Firestore reads to answer a query. */
export interface RequiredIndex {
  /**
   * - `documents`: none, the documents themselves lie in order of name.
   * - `single-field`: one field's own, automatic unless overridden.
   * - `merge`: the single-field index of each field, merged while reading.
   * - `composite`: one that must be declared.
   */
  readonly kind: "documents" | "single-field" | "merge" | "composite";
  readonly collectionGroup: string;
  readonly scope: IndexScope;
  /** The columns but the last, `__name__`, which every index ends with. */
  readonly fields: readonly IndexField[];
  /** So many columns at the front may stand in any order: those compared for equality. */
  readonly equalities: number;
}

const EQUALITIES: readonly string[] = ["==", "in"];
const INEQUALITIES: readonly string[] = ["<", "<=", ">", ">=", "!=", "not-in"];
const CONTAINMENTS: readonly string[] = ["array-contains", "array-contains-any"];

/**
 * Derives the index a query needs, by the published rules
 * (https://firebase.google.com/docs/firestore/query-data/index-overview, read 2026-11-23):
 * 1. Fields compared for equality (also `in` and array-contains) come first, in any order.
 * 2. Then the fields it is ordered by, in that order and direction. A field compared by range that
 *    it is not ordered by follows, in the last direction; several of them in order of name.
 * 3. Last comes `__name__`, in the direction of the field before it.
 * 4. One column is a single-field index. Several columns of equality alone are merged from
 *    single-field indexes. Everything else is a composite index.
 *
 * An order by `__name__` in another direction than rule 3's needs an index on `__name__` besides.
 * The service has no such query, and this asserts that it stays so.
 */
export function requiredIndex(query: Query): RequiredIndex {
  const filters = query.where ?? [];
  const equal = uniqueFields(filters, [...EQUALITIES, ...CONTAINMENTS]).toSorted();
  const prefix = equal.map((field) => equalityColumn(field, filters));
  const tail = orderedColumns(query, equal);
  const fields = [...prefix, ...tail];
  return {
    kind: kindOf(prefix.length, tail.length),
    collectionGroup: collectionGroupOf(query),
    scope: query.from.kind === "collection" ? "COLLECTION" : "COLLECTION_GROUP",
    fields,
    equalities: prefix.length,
  };
}

function kindOf(equalities: number, ordered: number): RequiredIndex["kind"] {
  if (equalities + ordered === 0) return "documents";
  if (equalities + ordered === 1) return "single-field";
  return ordered === 0 ? "merge" : "composite";
}

function equalityColumn(fieldPath: string, filters: readonly Filter[]): IndexField {
  return uniqueFields(filters, CONTAINMENTS).includes(fieldPath)
    ? { fieldPath, arrayConfig: "CONTAINS" }
    : { fieldPath, order: "ASCENDING" };
}

function orderedColumns(query: Query, equal: readonly string[]): readonly IndexField[] {
  const explicit = (query.orderBy ?? []).filter(({ field }) => !equal.includes(field));
  const named = explicit.findIndex(({ field }) => field === "__name__");
  const ordered = named === -1 ? explicit : explicit.slice(0, named);
  const lastDirection = ordered.at(-1)?.direction ?? "asc";
  const nameDirection = explicit[named]?.direction ?? lastDirection;
  assert(
    nameDirection === lastDirection,
    `order by __name__ ${nameDirection} after ${lastDirection}: no rule for its index`,
  );
  const ranged = uniqueFields(query.where ?? [], INEQUALITIES)
    .filter((field) => field !== "__name__" && !ordered.some((order) => order.field === field))
    .toSorted()
    .map((field): Order => ({ field, direction: lastDirection }));
  return [...ordered, ...ranged].map(({ field, direction }) => ({
    fieldPath: field,
    order: direction === "asc" ? "ASCENDING" : "DESCENDING",
  }));
}

function uniqueFields(filters: readonly Filter[], operators: readonly string[]): readonly string[] {
  const fields = filters.filter(({ operator }) => operators.includes(operator));
  return [...new Set(fields.map(({ field }) => field))];
}

function collectionGroupOf({ from }: Query): string {
  return from.kind === "collection-group"
    ? from.name
    : from.path.slice(from.path.lastIndexOf("/") + 1);
}
