import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareValues, valuesEqual } from "./compare-values.ts";
import { Timestamp } from "./timestamp.ts";
import { GeoPoint, Reference, type Value } from "./value.ts";
import { anyValue } from "./value.fixture.ts";
import { valuesIdentical } from "./values-identical.ts";

const reference = (path: string): Reference =>
  new Reference(`projects/p/databases/(default)/documents/${path}`);
const vector = (...value: number[]): Value =>
  new Map<string, Value>([
    ["__type__", "__vector__"],
    ["value", value],
  ]);
const map = (entries: Record<string, Value>): Value => new Map(Object.entries(entries));

describe("compareValues", () => {
  /** In Firestore's order; the values of a row tie. Measured on the emulator, but for the references. */
  const ORDER: readonly (readonly Value[])[] = [
    [null],
    [false],
    [true],
    [Number.NaN],
    [-Infinity],
    [-(2n ** 63n), -(2 ** 63)],
    [-1n, -1],
    [0n, 0, -0],
    [1n, 1],
    [1.5],
    [2n ** 53n, 2 ** 53],
    // A double cannot hold it; compared as doubles it would tie with the row above.
    [2n ** 53n + 1n],
    [2n ** 63n - 1n],
    [2 ** 63],
    [Infinity],
    [new Timestamp(-1, 999_999_000)],
    [new Timestamp(0, 0)],
    [new Timestamp(0, 1000)],
    [""],
    ["a"],
    ["aa"],
    ["b"],
    ["é"],
    ["\ufffd"],
    // Above U+FFFD by its UTF-8 bytes, below it by UTF-16 code units.
    ["😀"],
    [new Uint8Array()],
    [new Uint8Array([0])],
    [new Uint8Array([0, 255])],
    [new Uint8Array([1])],
    [reference("a/__id-3__")],
    [reference("a/__id7__")],
    [reference("a/__id10__")],
    [reference("a/b")],
    [reference("a/b/c/d")],
    // By segments, not as text: "a/b!" is before "a/b/" as a string.
    [reference("a/b!")],
    [reference("a/c")],
    [new GeoPoint(0, -1)],
    [new GeoPoint(0, 0), new GeoPoint(-0, 0)],
    [new GeoPoint(1, -5)],
    [[]],
    [[null]],
    [[1n], [1]],
    [[1n, 1n]],
    [["a"]],
    [vector(5)],
    [vector(1, 2)],
    [vector(1, 3)],
    [map({})],
    [map({ a: 1n })],
    [map({ a: 1n, b: 1n }), map({ b: 1, a: 1 })],
    [map({ a: 2n })],
    [map({ b: 0n })],
  ];

  it("orders values of all types as Firestore does", () => {
    const flat = ORDER.flatMap((row, rank) => row.map((value) => ({ value, rank })));
    for (const left of flat) {
      for (const right of flat) {
        const got = Math.sign(compareValues(left.value, right.value));
        expect([left.value, right.value, got]).toEqual([
          left.value,
          right.value,
          Math.sign(left.rank - right.rank),
        ]);
      }
    }
  });

  it("is a total order", () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
        expect(compareValues(a, a)).toBe(0);
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
        const isChain = compareValues(a, b) <= 0 && compareValues(b, c) <= 0;
        expect(isChain && compareValues(a, c) > 0).toBe(false);
      }),
    );
  });

  it("ties wherever two values are identical", () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        expect(valuesIdentical(a, b) && !valuesEqual(a, b)).toBe(false);
      }),
    );
  });
});

describe("valuesIdentical", () => {
  it.each<readonly [Value, Value, boolean]>([
    [1n, 1, false],
    [0, -0, false],
    [Number.NaN, Number.NaN, true],
    [[1n], [1n], true],
    [[1n], [1], false],
    [map({ a: 1n, b: null }), map({ b: null, a: 1n }), true],
    [map({ a: 1n }), map({ b: 1n }), false],
    [new Uint8Array([1]), new Uint8Array([1]), true],
    [new Timestamp(1, 0), new Timestamp(1, 0), true],
    [reference("a/b"), reference("a/b"), true],
    [new GeoPoint(0, 0), new GeoPoint(-0, 0), false],
    [null, false, false],
  ])("%s and %s: %s", (left, right, identical) => {
    expect(valuesIdentical(left, right)).toBe(identical);
  });
});
