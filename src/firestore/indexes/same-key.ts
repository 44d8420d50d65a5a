import { Timestamp } from "../data/timestamp.ts";
import type { Value } from "../data/value.ts";
import { isNumber } from "../data/value-type.ts";
import { ascendingKey } from "./value-key.ts";

/** Strings up to this length differ in an index when they differ at all: they are not cut off. */
const SURELY_WHOLE = 500;

/**
 * Whether two values that are not identical have the same rows all the same: 1 and 1.0, or what
 * differs only beyond the bytes that an index takes.
 */
export function sameKey(a: Value, b: Value): boolean {
  if (typeof a === "string") {
    if (typeof b !== "string" || a.length <= SURELY_WHOLE || b.length <= SURELY_WHOLE) return false;
  } else if (!(isNumber(a) && isNumber(b)) && !(isStructure(a) && isStructure(b))) return false;
  return ascendingKey(a) === ascendingKey(b);
}

function isStructure(value: Value): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Timestamp);
}
