import type { Document } from "../data/document.ts";
import type { StructuredQuery, Aggregation } from "../data/query.ts";
import { isNameField, sameFieldPath } from "../data/field-path.ts";
import { getField } from "../data/map-fields.ts";
import type { Value } from "../data/value.ts";
import { isNumber } from "../data/value-type.ts";
import { invalid } from "./refusals.ts";

/** https://docs.cloud.google.com/firestore/native/docs/query-data/aggregation-queries: "up to five". */
const AGGREGATIONS_MAX = 5;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

export function checkAggregations(aggregations: readonly Aggregation[]): void {
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
    seen.add(alias);
    if (operator.kind !== "count" && isNameField(operator.field)) {
      throw invalid("Aggregations are not supported for the property: __key__");
    }
    if (operator.kind === "count" && operator.upTo !== undefined && operator.upTo < 0n) {
      throw invalid("upTo must be non-negative");
    }
  }
}

/**
 * The query whose documents are aggregated. A sum or an average runs over an index of its field, so
 * that all figures of the request count only documents that have it, and without other orders the
 * field gives the order (both measured; the first is documented).
 */
export function aggregatedQuery(
  query: StructuredQuery,
  aggregations: readonly Aggregation[],
): StructuredQuery {
  const orderBy = [...query.orderBy];
  for (const { operator } of aggregations) {
    if (operator.kind === "count") continue;
    if (orderBy.some(({ field }) => sameFieldPath(field, operator.field))) continue;
    const name = orderBy.findIndex(({ field }) => isNameField(field));
    const order = { field: operator.field, direction: orderBy.at(-1)?.direction ?? "ascending" };
    orderBy.splice(name === -1 ? orderBy.length : name, 0, order);
  }
  return { ...query, orderBy, select: undefined };
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
  let integers = 0n;
  let doubles = 0;
  let hasDoubles = false;
  for (const number of numbers) {
    if (typeof number === "bigint") {
      integers += number;
    } else {
      doubles += number;
      hasDoubles = true;
    }
  }
  if (hasDoubles) return doubles + Number(integers);
  return integers > INT64_MAX || integers < INT64_MIN ? Number(integers) : integers;
}
