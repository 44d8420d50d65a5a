import fc from "fast-check";
import { Timestamp } from "./timestamp.ts";
import { GeoPoint, Reference, type MapValue, type Value } from "./value.ts";

/** For tests: values of all types, small enough that ties and near misses are common. */
const anyScalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.constantFrom<Value>(0n, 1n, 2n, -1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.constantFrom<Value>(0, -0, 1, 1.5, 2 ** 53, 2 ** 63, -Infinity, Infinity, Number.NaN),
  fc.constantFrom<Value>(
    new Timestamp(0, 0),
    new Timestamp(0, 1000),
    new Timestamp(-1, 999_999_000),
  ),
  fc.constantFrom("", "a", "b", "aa", "é", "\ufffd", "😀", "z\0"),
  fc.constantFrom(
    new Uint8Array(),
    new Uint8Array([0]),
    new Uint8Array([0, 255]),
    new Uint8Array([1]),
  ),
  fc
    .constantFrom("a/b", "a/c", "a/b/c/d", "a/__id1__", "a/__id-1__")
    .map((path) => new Reference(`projects/p/databases/(default)/documents/${path}`)),
  fc.constantFrom(new GeoPoint(0, 0), new GeoPoint(0, -1), new GeoPoint(1, 0)),
);

const anyVector: fc.Arbitrary<MapValue> = fc
  .array(fc.constantFrom(0, 1, -1.5), { minLength: 1, maxLength: 3 })
  .map(
    (value) =>
      new Map<string, Value>([
        ["__type__", "__vector__"],
        ["value", value],
      ]),
  );

const names = fc.constantFrom("a", "b", "c.d", "é");

/** Nested up to three levels. Arrays hold no arrays, as in Firestore. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value; map: Value; array: Value }>(
  (tie) => ({
    value: fc.oneof({ maxDepth: 3 }, anyScalar, anyVector, tie("map"), tie("array")),
    map: fc
      .array(fc.tuple(names, tie("value")), { maxLength: 3 })
      .map((entries): Value => new Map(entries)),
    array: fc.array(fc.oneof({ maxDepth: 3 }, anyScalar, anyVector, tie("map")), { maxLength: 3 }),
  }),
).value;
