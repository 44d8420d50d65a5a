import type { Filter, StructuredQuery } from "../../firestore/data/query.ts";
import { parseFieldPath } from "../../firestore/data/field-path.ts";
import { Timestamp } from "../../firestore/data/timestamp.ts";
import type { Value } from "../../firestore/data/value.ts";
import type { FieldValue, Query } from "../../system/store/store.ts";

/**
 * A query of the service as the planner of indexes knows queries. Values keep their type; paths that
 * `__name__` is compared with stay texts, for they name no project.
 */
export function toStructuredQuery({
  from,
  where,
  orderBy,
  limit,
  startAfter,
}: Query): StructuredQuery {
  const path = from.kind === "collection" ? from.path : from.name;
  const slash = path.lastIndexOf("/");
  return {
    parent: slash === -1 ? "" : path.slice(0, slash),
    collectionId: path.slice(slash + 1),
    allDescendants: from.kind === "collection-group",
    where: where === undefined ? undefined : { kind: "and", filters: where.map(toFilter) },
    orderBy: (orderBy ?? []).map(({ field, direction }) => ({
      field: parseFieldPath(field),
      direction: direction === "asc" ? "ascending" : "descending",
    })),
    startAt:
      startAfter === undefined ? undefined : { values: startAfter.map(toValue), before: false },
    offset: 0,
    limit,
  };
}

function toFilter({ field, operator, value }: NonNullable<Query["where"]>[number]): Filter {
  return { kind: "field", field: parseFieldPath(field), operator, value: toValue(value) };
}

function toValue(value: FieldValue): Value {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (value instanceof Date) return Timestamp.fromMillis(value.getTime());
  if (Array.isArray(value)) return value.map(toValue);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([name, inner]) => [name, toValue(inner)]));
}
