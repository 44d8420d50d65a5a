import { compareValues } from "../data/compare-values.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { ArrayValue, Value } from "../data/value.ts";
import { isArray, isNumber } from "../data/value-type.ts";
import type { FieldTransform } from "../data/write.ts";
import { SortedList } from "./sorted-list.ts";

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** What a transform makes of the field's value (undefined: there is none). */
export function transformed(
  transform: FieldTransform,
  existing: Value | undefined,
  requestTime: Timestamp,
): Value {
  switch (transform.kind) {
    case "server-timestamp":
      return requestTime;
    case "increment":
      return isNumber(existing) ? add(existing, transform.operand) : transform.operand;
    case "maximum":
      return isNumber(existing) ? extreme(existing, transform.operand, 1) : transform.operand;
    case "minimum":
      return isNumber(existing) ? extreme(existing, transform.operand, -1) : transform.operand;
    case "array-union":
      return union(isArray(existing) ? existing : [], transform.elements);
    case "array-remove":
      return without(isArray(existing) ? existing : [], transform.elements);
  }
}

/** What the client is told of it: array transforms have no result. */
export function transformResult({ kind }: FieldTransform, value: Value): Value {
  return kind === "array-union" || kind === "array-remove" ? null : value;
}

/** REQUEST_TIME has millisecond precision (google.firestore.v1.DocumentTransform). */
export function requestTimeOf(commitTime: Timestamp): Timestamp {
  return new Timestamp(commitTime.seconds, Math.floor(commitTime.nanos / 1e6) * 1e6);
}

/** Integers stay integers and stop at the ends of 64 bits; with a double it is a double. */
function add(existing: bigint | number, operand: Value): Value {
  if (typeof existing === "bigint" && typeof operand === "bigint") {
    const sum = existing + operand;
    if (sum > INT64_MAX) return INT64_MAX;
    return sum < INT64_MIN ? INT64_MIN : sum;
  }
  return Number(existing) + Number(operand);
}

/** The stored value wins a tie, whatever its type. NaN wins over all numbers. */
function extreme(existing: bigint | number, operand: Value, sign: 1 | -1): Value {
  if (!isNumber(operand) || Number.isNaN(Number(existing))) return existing;
  if (Number.isNaN(Number(operand))) return operand;
  const isBeyond = sign === 1 ? operand > existing : operand < existing;
  return isBeyond ? operand : existing;
}

/*
 * Both by Firestore's equality: 1 and 1.0 are one element, and so are NaN and NaN. Arrays of a
 * hundred thousand elements are possible, so elements are looked up in order.
 */

function union(existing: ArrayValue, elements: ArrayValue): ArrayValue {
  const known = new SortedList(compareValues, existing);
  const all = [...existing];
  for (const element of elements) {
    if (known.has(element)) continue;
    known.add(element);
    all.push(element);
  }
  return all;
}

function without(existing: ArrayValue, elements: ArrayValue): ArrayValue {
  const unwanted = new SortedList(compareValues, elements);
  return existing.filter((element) => !unwanted.has(element));
}
