import { GeoPoint, Reference, type ArrayValue, type MapValue, type Value } from "./value.ts";
import { ShapedMap } from "./shaped-map.ts";
import { Timestamp } from "./timestamp.ts";

/**
 * The types of values, in the order in which Firestore sorts them
 * (https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering). Integers
 * and doubles are one type to it.
 */
export const TYPE_RANKS = {
  null: 0,
  boolean: 1,
  number: 2,
  timestamp: 3,
  string: 4,
  bytes: 5,
  reference: 6,
  "geo-point": 7,
  array: 8,
  vector: 9,
  map: 10,
} as const;

export type ValueType = keyof typeof TYPE_RANKS;

export function typeOf(value: Value): ValueType {
  if (typeof value === "string") return "string";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "boolean") return "boolean";
  return value === null ? "null" : typeOfObject(value);
}

function typeOfObject(value: object): ValueType {
  if (value instanceof Timestamp) return "timestamp";
  if (isMap(value)) return isVector(value) ? "vector" : "map";
  if (Array.isArray(value)) return "array";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Reference) return "reference";
  if (value instanceof GeoPoint) return "geo-point";
  throw new TypeError("not a Firestore value");
}

export function isArray(value: Value | undefined): value is ArrayValue {
  return Array.isArray(value);
}

export function isMap(value: unknown): value is MapValue {
  return value instanceof ShapedMap || value instanceof Map;
}

export function isNumber(value: Value | undefined): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

/** NaN is less than all numbers and, in filters, equal to none, itself included. */
export function isNaNValue(value: Value | undefined): boolean {
  return typeof value === "number" && Number.isNaN(value);
}

export function isVector(value: MapValue): boolean {
  return value.get("__type__") === "__vector__" && Array.isArray(value.get("value"));
}

/** A vector's numbers; undefined where the value is none. */
export function vectorOf(value: Value | undefined): readonly number[] | undefined {
  if (!isMap(value) || !isVector(value)) return undefined;
  const elements = value.get("value");
  return isArray(elements) ? elements.map(Number) : undefined;
}
