import type { Document } from "../data/document.ts";
import { getField, setField } from "../data/map-fields.ts";
import type { FindNearest } from "../data/query.ts";
import { vectorOf } from "../data/value-type.ts";

/**
 * The documents whose vectors lie nearest, nearest first; ties in the order in which they come.
 * Vectors of another number of dimensions are passed over.
 */
export function findNearest(
  documents: readonly Document[],
  options: FindNearest,
): readonly Document[] {
  const { field, queryVector, measure, limit, distanceResultField, distanceThreshold } = options;
  // For a dot product larger is nearer.
  const sign = measure === "dot-product" ? -1 : 1;
  const found = documents.flatMap((document) => {
    const vector = vectorOf(getField(document.fields, field));
    if (vector === undefined || vector.length !== queryVector.length) return [];
    return [{ document, distance: distanceOf(measure, vector, queryVector) }];
  });
  return found
    .filter(
      ({ distance }) =>
        distanceThreshold === undefined || sign * distance <= sign * distanceThreshold,
    )
    .sort((left, right) => compareDistances(left.distance, right.distance, sign))
    .slice(0, limit)
    .map(({ document, distance }) =>
      distanceResultField === undefined
        ? document
        : { ...document, fields: setField(document.fields, distanceResultField, distance) },
    );
}

/** NaN, the cosine of a vector of zeros, is farthest. */
function compareDistances(left: number, right: number, sign: number): number {
  if (Number.isNaN(left) || Number.isNaN(right)) {
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  }
  return sign * (left - right);
}

function distanceOf(
  measure: FindNearest["measure"],
  left: readonly number[],
  right: readonly number[],
): number {
  switch (measure) {
    case "euclidean":
      return Math.sqrt(
        left.reduce((sum, value, index) => sum + (value - (right[index] as number)) ** 2, 0),
      );
    case "dot-product":
      return dot(left, right);
    case "cosine":
      return 1 - dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
  }
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] as number), 0);
}
