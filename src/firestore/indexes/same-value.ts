import { Timestamp } from "../data/timestamp.ts";
import { GeoPoint, Reference, type Value } from "../data/value.ts";
import { ascendingKey } from "./value-key.ts";

/** Whether a field holds what it held. Told without making keys: most fields of a write do. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") {
    return typeof a === "number" && typeof b === "number" && Number.isNaN(a) && Number.isNaN(b);
  }
  if (a === null || b === null) return false;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.compareTo(b) === 0;
  if (a instanceof Map) return b instanceof Map && sameMap(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && sameList(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && sameList(a, b);
  if (a instanceof Reference) return b instanceof Reference && a.name === b.name;
  return (
    a instanceof GeoPoint &&
    b instanceof GeoPoint &&
    a.latitude === b.latitude &&
    a.longitude === b.longitude
  );
}

/** Strings up to this length differ in an index when they differ at all: they are not cut off. */
const SURELY_WHOLE = 500;

/**
 * Whether two values that differ have the same rows all the same: 1 and 1.0, or what differs only
 * beyond the bytes that an index takes.
 */
export function sameKey(a: Value, b: Value): boolean {
  if (typeof a === "string") {
    if (typeof b !== "string" || a.length <= SURELY_WHOLE || b.length <= SURELY_WHOLE) return false;
  } else if (typeof a === "bigint" || typeof a === "number") {
    if (typeof a === typeof b || (typeof b !== "number" && typeof b !== "bigint")) return false;
  } else if (typeof a !== "object" || typeof b !== "object" || a instanceof Timestamp) {
    return false;
  }
  return ascendingKey(a) === ascendingKey(b);
}

function sameList(a: ArrayLike<Value>, b: ArrayLike<Value>): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    if (!sameValue(a[index], b[index])) return false;
  }
  return true;
}

function sameMap(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    if (!b.has(name) || !sameValue(value, b.get(name))) return false;
  }
  return true;
}
