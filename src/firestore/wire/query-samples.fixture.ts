import fc from "fast-check";
import type { Aggregation, Cursor, Filter, Order, StructuredQuery } from "../data/query.ts";
import { formatFieldPath } from "../data/field-path.ts";
import { fieldPaths, protoValue, values, type ProtoObject } from "./wire-samples.fixture.ts";

const FIELD_OPERATORS = {
  "<": 1,
  "<=": 2,
  ">": 3,
  ">=": 4,
  "==": 5,
  "!=": 6,
  "array-contains": 7,
  in: 8,
  "array-contains-any": 9,
  "not-in": 10,
} as const;
const UNARY_OPERATORS = { "is-nan": 2, "is-null": 3, "is-not-nan": 4, "is-not-null": 5 } as const;
const MEASURES = { euclidean: 1, cosine: 2, "dot-product": 3 } as const;
const keysOf = <T extends object>(object: T) => Object.keys(object) as (keyof T)[];

const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant("field" as const),
      field: fieldPaths,
      operator: fc.constantFrom(...keysOf(FIELD_OPERATORS)),
      value: values,
    }),
    fc.record({
      kind: fc.constant("unary" as const),
      field: fieldPaths,
      operator: fc.constantFrom(...keysOf(UNARY_OPERATORS)),
    }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      filters: fc.array(tie("filter"), { maxLength: 3 }),
    }),
  ),
})).filter;

const cursors: fc.Arbitrary<Cursor> = fc.record({
  values: fc.array(values, { maxLength: 3 }),
  before: fc.boolean(),
});
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

export const queries: fc.Arbitrary<StructuredQuery> = fc.record({
  parent: fc.constantFrom("", "users/u1"),
  collectionId: optional(fc.string({ minLength: 1 })),
  allDescendants: fc.boolean(),
  where: optional(filters),
  orderBy: fc.array(
    fc.record<Order>({ field: fieldPaths, direction: fc.constantFrom("ascending", "descending") }),
    { maxLength: 3 },
  ),
  startAt: optional(cursors),
  endAt: optional(cursors),
  offset: fc.nat(),
  limit: optional(fc.nat()),
  select: optional(fc.array(fieldPaths, { minLength: 1, maxLength: 3 })),
  findNearest: optional(
    fc.record({
      field: fieldPaths,
      queryVector: fc.array(fc.double(), { maxLength: 4 }),
      measure: fc.constantFrom(...keysOf(MEASURES)),
      limit: fc.nat(),
      distanceResultField: optional(fieldPaths),
      distanceThreshold: optional(fc.double()),
    }),
  ),
});

export const aggregations: fc.Arbitrary<readonly Aggregation[]> = fc.uniqueArray(
  fc.record<Aggregation>({
    alias: fc.string({ minLength: 1 }),
    operator: fc.oneof(
      optional(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })).map((upTo) => ({
        kind: "count" as const,
        upTo,
      })),
      fc.record({ kind: fc.constantFrom("sum" as const, "average" as const), field: fieldPaths }),
    ),
  }),
  { minLength: 1, maxLength: 4, selector: ({ alias }) => alias },
);

const reference = (field: readonly string[]) => ({ fieldPath: formatFieldPath(field) });

export function protoQuery(query: StructuredQuery): ProtoObject {
  const { collectionId, allDescendants, where, orderBy, startAt, endAt, limit, select } = query;
  return {
    from: [{ ...(collectionId !== undefined && { collectionId }), allDescendants }],
    ...(where && { where: protoFilter(where) }),
    orderBy: orderBy.map(({ field, direction }) => ({
      field: reference(field),
      direction: direction === "ascending" ? 1 : 2,
    })),
    ...(startAt && { startAt: protoCursor(startAt) }),
    ...(endAt && { endAt: protoCursor(endAt) }),
    offset: query.offset,
    ...(limit !== undefined && { limit: { value: limit } }),
    ...(select && { select: { fields: select.map(reference) } }),
    ...(query.findNearest && { findNearest: protoFindNearest(query.findNearest) }),
  };
}

export function protoAggregations(list: readonly Aggregation[]): readonly ProtoObject[] {
  return list.map(({ alias, operator }) => {
    switch (operator.kind) {
      case "count": {
        const { upTo } = operator;
        return { alias, count: upTo === undefined ? {} : { upTo: { value: String(upTo) } } };
      }
      case "sum":
        return { alias, sum: { field: reference(operator.field) } };
      case "average":
        return { alias, avg: { field: reference(operator.field) } };
    }
  });
}

function protoCursor({ values: list, before }: Cursor): ProtoObject {
  return { values: list.map(protoValue), before };
}

function protoFilter(filter: Filter): ProtoObject {
  switch (filter.kind) {
    case "field":
      return {
        fieldFilter: {
          field: reference(filter.field),
          op: FIELD_OPERATORS[filter.operator],
          value: protoValue(filter.value),
        },
      };
    case "unary":
      return {
        unaryFilter: { field: reference(filter.field), op: UNARY_OPERATORS[filter.operator] },
      };
    case "and":
    case "or":
      return {
        compositeFilter: {
          op: filter.kind === "and" ? 1 : 2,
          filters: filter.filters.map(protoFilter),
        },
      };
  }
}

function protoFindNearest(nearest: NonNullable<StructuredQuery["findNearest"]>): ProtoObject {
  const { distanceResultField, distanceThreshold } = nearest;
  return {
    vectorField: reference(nearest.field),
    queryVector: protoValue(
      new Map<string, string | readonly number[]>([
        ["__type__", "__vector__"],
        ["value", nearest.queryVector],
      ]),
    ),
    distanceMeasure: MEASURES[nearest.measure],
    limit: { value: nearest.limit },
    ...(distanceResultField && { distanceResultField: formatFieldPath(distanceResultField) }),
    ...(distanceThreshold !== undefined && { distanceThreshold: { value: distanceThreshold } }),
  };
}
