import type { Filter, StructuredQuery } from "../../firestore/data/query.ts";
import { parseFieldPath } from "../../firestore/data/field-path.ts";
import { Reference, type Value } from "../../firestore/data/value.ts";
import { assert } from "../../std/assert.ts";
import type { FieldValue, Query } from "../../system/store/store.ts";
import { toValue } from "../virtual/engine-values.ts";

/**
 * A query of the service as the planner of indexes and the engine know queries. Paths that
 * `__name__` is compared with become names beneath `root`, such as
 * "projects/P/databases/D/documents"; without one they stay texts, for they name no project.
 */
export function toStructuredQuery(
  { from, where, orderBy, limit, startAfter }: Query,
  root?: string,
): StructuredQuery {
  const path = from.kind === "collection" ? from.path : from.name;
  const slash = path.lastIndexOf("/");
  return {
    parent: slash === -1 ? "" : path.slice(0, slash),
    collectionId: path.slice(slash + 1),
    allDescendants: from.kind === "collection-group",
    where:
      where === undefined
        ? undefined
        : { kind: "and", filters: where.map((filter) => toFilter(filter, root)) },
    orderBy: (orderBy ?? []).map(({ field, direction }) => ({
      field: parseFieldPath(field),
      direction: direction === "asc" ? "ascending" : "descending",
    })),
    startAt:
      startAfter === undefined
        ? undefined
        : {
            values: startAfter.map((value, index) =>
              toOperand(orderBy?.[index]?.field ?? "", value, root),
            ),
            before: false,
          },
    offset: 0,
    limit,
  };
}

function toFilter(
  { field, operator, value }: NonNullable<Query["where"]>[number],
  root: string | undefined,
): Filter {
  const path = parseFieldPath(field);
  const isEquality = operator === "==" || operator === "!=";
  // Comparisons with null and NaN are operators of their own in the protocol.
  if (isEquality && (value === null || Number.isNaN(value))) {
    const kind = value === null ? "null" : "nan";
    const unary = operator === "==" ? (`is-${kind}` as const) : (`is-not-${kind}` as const);
    return { kind: "unary", field: path, operator: unary };
  }
  return { kind: "field", field: path, operator, value: toOperand(field, value, root) };
}

function toOperand(field: string, value: FieldValue, root: string | undefined): Value {
  if (field !== "__name__" || root === undefined) return toValue(value);
  if (Array.isArray(value)) {
    return (value as readonly FieldValue[]).map((one) => toOperand(field, one, root));
  }
  assert(typeof value === "string", "__name__ is compared with document paths only");
  return new Reference(`${root}/${value}`);
}
