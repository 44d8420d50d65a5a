import { compareStrings } from "./compare-strings.ts";
import { comparePaths } from "./document-path.ts";
import type { Timestamp } from "./timestamp.ts";
import type { ArrayValue, GeoPoint, MapValue, Reference, Value } from "./value.ts";
import { TYPE_RANKS, typeOf } from "./value-type.ts";

/** Firestore's total order over all values. Negative when `left` comes first, 0 when they tie. */
export function compareValues(left: Value, right: Value): number {
  if (left === right) return 0;
  const type = typeOf(left);
  const rank = TYPE_RANKS[type] - TYPE_RANKS[typeOf(right)];
  if (rank !== 0) return rank;
  switch (type) {
    case "null":
      return 0;
    case "boolean":
      return Number(left) - Number(right);
    case "number":
      return compareNumbers(left as number, right as number);
    case "timestamp":
      return (left as Timestamp).compareTo(right as Timestamp);
    case "string":
      return compareStrings(left as string, right as string);
    case "bytes":
      return compareBytes(left as Uint8Array, right as Uint8Array);
    case "reference":
      return comparePaths((left as Reference).name, (right as Reference).name);
    case "geo-point":
      return compareGeoPoints(left as GeoPoint, right as GeoPoint);
    case "array":
      return compareArrays(left as ArrayValue, right as ArrayValue);
    case "vector":
      return compareVectors(left as MapValue, right as MapValue);
    case "map":
      return compareMaps(left as MapValue, right as MapValue);
  }
}

/** Whether the two tie in the order: 1 and 1.0, 0 and -0, NaN and NaN. */
export function valuesEqual(left: Value, right: Value): boolean {
  return compareValues(left, right) === 0;
}

/** JavaScript compares a bigint with a double exactly. NaN comes before all numbers. */
function compareNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  // eslint-disable-next-line eqeqeq -- 1n equals 1 only so
  if (left == right) return 0;
  return Number(!Number.isNaN(Number(left))) - Number(!Number.isNaN(Number(right)));
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareGeoPoints(left: GeoPoint, right: GeoPoint): number {
  return (
    compareNumbers(left.latitude, right.latitude) || compareNumbers(left.longitude, right.longitude)
  );
}

function compareArrays(left: ArrayValue, right: ArrayValue): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const difference = compareValues(left[index] as Value, right[index] as Value);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** The shorter vector comes first, whatever its numbers. */
function compareVectors(left: MapValue, right: MapValue): number {
  const one = left.get("value") as ArrayValue;
  const other = right.get("value") as ArrayValue;
  return one.length - other.length || compareArrays(one, other);
}

/** As lists of (name, value) in order of the names. */
function compareMaps(left: MapValue, right: MapValue): number {
  const ours = sortedNames(left);
  const theirs = sortedNames(right);
  const shorter = Math.min(ours.length, theirs.length);
  for (let index = 0; index < shorter; index += 1) {
    const one = ours[index] as string;
    const other = theirs[index] as string;
    const difference =
      compareStrings(one, other) ||
      compareValues(left.get(one) as Value, right.get(other) as Value);
    if (difference !== 0) return difference;
  }
  return ours.length - theirs.length;
}

function sortedNames(map: MapValue): readonly string[] {
  return [...map.keys()].sort(compareStrings);
}
