import type { Document, FieldPath } from "../data/document.ts";
import type { Aggregation, Order, StructuredQuery } from "../data/query.ts";
import { formatFieldPath, isNameField, sameFieldPath } from "../data/field-path.ts";
import { getField } from "../data/map-fields.ts";
import type { Value } from "../data/value.ts";
import { isNumber } from "../data/value-type.ts";
import { checkFieldPath } from "./check-field-path.ts";
import { leavesOf } from "./disjunctions.ts";
import { ordersOf } from "./normal-query.ts";
import { invalid } from "./refusals.ts";

/** https://docs.cloud.google.com/firestore/native/docs/query-data/aggregation-queries: "up to five". */
const AGGREGATIONS_MAX = 5;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Refuses what Firestore would refuse of aggregations, in the emulator's words. */
export function checkAggregations(
  query: StructuredQuery,
  aggregations: readonly Aggregation[],
): void {
  if (aggregations.length === 0) throw invalid("Aggregations can not be empty.");
  if (aggregations.length > AGGREGATIONS_MAX) {
    throw invalid(
      `The maximum number of aggregations allowed in an aggregation query is ${AGGREGATIONS_MAX}.`,
    );
  }
  const seen = new Set<string>();
  for (const { alias, operator } of aggregations) {
    if (alias !== "" && seen.has(alias)) {
      throw invalid(`Aggregation aliases contain duplicate alias: ${alias}.`);
    }
    if (/^__.*__$/s.test(alias)) throw invalid(`The property.name "${alias}" is reserved.`);
    seen.add(alias);
    if (operator.kind === "count" && operator.upTo !== undefined && operator.upTo < 0n) {
      throw invalid(
        "The `up_to` value in a COUNT aggregation must be greater than or equal to zero.",
      );
    }
  }
  const fields = aggregatedFields(aggregations);
  fields.forEach(checkFieldPath);
  if (fields.some(isNameField)) {
    throw invalid("Aggregations are not supported for the property: __key__");
  }
  if (fields.length > 0) checkProjection(query, fields);
  checkOrders(query, fields);
}

function aggregatedFields(aggregations: readonly Aggregation[]): readonly FieldPath[] {
  return aggregations.flatMap(({ operator }) =>
    operator.kind === "count" ? [] : [operator.field],
  );
}

function checkProjection({ select }: StructuredQuery, fields: readonly FieldPath[]): void {
  if (select === undefined) return;
  if (select.every(isNameField)) {
    throw invalid(
      "Aggregation over non-key properties is not supported for base query that only returns keys.",
    );
  }
  const absent = fields.find((field) => !select.some((one) => sameFieldPath(one, field)));
  throw invalid(
    absent === undefined
      ? "Cannot apply property masks when aggregation fields are present."
      : `The aggregation property ${formatFieldPath(absent)} is not present in the base query's property mask.`,
  );
}

/** No index has a field behind the name, so what goes by names cannot go by the field as well. */
function checkOrders(query: StructuredQuery, fields: readonly FieldPath[]): void {
  const goesByName = [...query.orderBy, ...leavesOf(query.where)].some(({ field }) =>
    isNameField(field),
  );
  const behind = unordered(query, fields);
  if (!goesByName || behind.length === 0) return;
  throw invalid(
    `This query requires an index that has fields [${behind.map(formatFieldPath).join(", ")}] after __name__ and Firestore does not currently support such an index. Please try the query again with additional ordering on those fields.`,
  );
}

/** Each field that the query does not order by, once. */
function unordered(query: StructuredQuery, fields: readonly FieldPath[]): readonly FieldPath[] {
  const orders = ordersOf(query);
  return fields.filter(
    (field, index) =>
      !orders.some((order) => sameFieldPath(order.field, field)) &&
      fields.findIndex((other) => sameFieldPath(other, field)) === index,
  );
}

/**
 * The query whose documents are aggregated. A sum or an average runs over an index of its field, so
 * that all figures of the request count only documents that have it, and the field follows in the
 * order (both measured; the first is documented).
 */
export function aggregatedQuery(
  query: StructuredQuery,
  aggregations: readonly Aggregation[],
): StructuredQuery {
  const orders = ordersOf(query);
  const direction = orders.at(-1)?.direction ?? "ascending";
  const added = unordered(query, aggregatedFields(aggregations));
  return {
    ...query,
    orderBy:
      added.length === 0
        ? query.orderBy
        : [...orders, ...added.map((field): Order => ({ field, direction }))],
    select: undefined,
  };
}

/** By alias; those without one are called field_1, field_2, … in their order. */
export function aggregate(
  documents: readonly Document[],
  aggregations: readonly Aggregation[],
): ReadonlyMap<string, Value> {
  return namedFigures(aggregations, (operator) => {
    if (operator.kind === "count") return upTo(documents.length, operator.upTo);
    const numbers = documents
      .map(({ fields }) => getField(fields, operator.field))
      .filter((value) => isNumber(value));
    if (operator.kind === "sum") return sumOf(numbers);
    return numbers.length === 0 ? null : Number(sumOf(numbers)) / numbers.length;
  });
}

/** The same where there are counts only, and the number of documents is known. */
export function aggregateCounts(
  count: number,
  aggregations: readonly Aggregation[],
): ReadonlyMap<string, Value> {
  return namedFigures(aggregations, (operator) =>
    upTo(count, operator.kind === "count" ? operator.upTo : undefined),
  );
}

function namedFigures(
  aggregations: readonly Aggregation[],
  figureOf: (operator: Aggregation["operator"]) => Value,
): ReadonlyMap<string, Value> {
  let unnamed = 0;
  return new Map(
    aggregations.map(({ alias, operator }) => {
      if (alias === "") unnamed += 1;
      return [alias === "" ? `field_${unnamed}` : alias, figureOf(operator)];
    }),
  );
}

function upTo(count: number, limit: bigint | undefined): bigint {
  return limit !== undefined && limit < BigInt(count) ? limit : BigInt(count);
}

/** An integer while all are integers and 64 bits hold it, else a double. */
function sumOf(numbers: readonly (bigint | number)[]): bigint | number {
  const doubles = numbers.filter((number) => typeof number === "number");
  const integers = numbers.reduce<bigint>(
    (sum, number) => (typeof number === "bigint" ? sum + number : sum),
    0n,
  );
  if (doubles.length > 0) return compensatedSum(doubles) + Number(integers);
  return integers > INT64_MAX || integers < INT64_MIN ? Number(integers) : integers;
}

/** Kahan's, in the order of the query (measured: 1e100, 1 and -1e100 give 0). */
function compensatedSum(doubles: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const double of doubles) {
    const corrected = double - lost;
    const next = sum + corrected;
    lost = next - sum - corrected;
    sum = next;
  }
  // An infinity leaves no meaningful correction.
  return Number.isNaN(sum) ? doubles.reduce((total, double) => total + double, 0) : sum;
}
