import { formatFieldPath } from "../../src/firestore/data/field-path.ts";
import type { FieldOperator, Filter, StructuredQuery } from "../../src/firestore/data/query.ts";
import { Reference, type Value } from "../../src/firestore/data/value.ts";

const OPERATORS: Readonly<Record<FieldOperator, string>> = {
  "<": "LESS_THAN",
  "<=": "LESS_THAN_OR_EQUAL",
  ">": "GREATER_THAN",
  ">=": "GREATER_THAN_OR_EQUAL",
  "==": "EQUAL",
  "!=": "NOT_EQUAL",
  "array-contains": "ARRAY_CONTAINS",
  in: "IN",
  "array-contains-any": "ARRAY_CONTAINS_ANY",
  "not-in": "NOT_IN",
};

/** A query as REST takes it, of the values that random-queries.ts uses. Apart from src/firestore/wire. */
export function structuredQueryJson(query: StructuredQuery): object {
  return {
    from: [{ collectionId: query.collectionId, allDescendants: query.allDescendants }],
    ...(query.where === undefined ? {} : { where: filterJson(query.where) }),
    orderBy: query.orderBy.map(({ field, direction }) => ({
      field: { fieldPath: formatFieldPath(field) },
      direction: direction.toUpperCase(),
    })),
  };
}

function filterJson(filter: Filter): object {
  if ("filters" in filter) {
    const filters = filter.filters.map(filterJson);
    return { compositeFilter: { op: filter.kind.toUpperCase(), filters } };
  }
  const field = { fieldPath: formatFieldPath(filter.field) };
  if (filter.kind === "unary") {
    return { unaryFilter: { field, op: filter.operator.toUpperCase().replaceAll("-", "_") } };
  }
  return { fieldFilter: { field, op: OPERATORS[filter.operator], value: valueJson(filter.value) } };
}

function valueJson(value: Value): object {
  if (typeof value === "bigint") return { integerValue: String(value) };
  if (value instanceof Reference) return { referenceValue: value.name };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(valueJson) } };
  throw new TypeError(`no random query holds ${typeof value}`);
}
