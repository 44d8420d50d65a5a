import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareValues } from "../data/compare-values.ts";
import { Timestamp } from "../data/timestamp.ts";
import { GeoPoint, Reference, type Value } from "../data/value.ts";
import { ascendingKey, descendingKey, nameKey } from "./value-key.ts";

const text = fc.string({ unit: "binary", maxLength: 8 });
const number = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 5 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 2 ** 53, -0, 0, 0n, 2 ** 63, Infinity, -Infinity, NaN),
);
const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom(null, true, false),
  number,
  fc
    .tuple(
      fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
      fc.integer({ min: 0, max: 999_999_999 }),
    )
    .map(([seconds, nanos]) => new Timestamp(seconds, nanos)),
  text,
  fc.constantFrom("", "\0", "\0\0", "\uFFFF", "\uD83D\uDE00", "\uE000", "a\0", "a"),
  fc.uint8Array({ maxLength: 4 }),
  fc
    .array(fc.constantFrom("a", "b", "__id7__", "__id-10__", "a!", "\uE000"), {
      minLength: 2,
      maxLength: 4,
    })
    .map((ids) => new Reference(`projects/p/databases/(default)/documents/${ids.join("/")}`)),
  fc
    .tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -180, max: 180 }))
    .map(([latitude, longitude]) => new GeoPoint(latitude, longitude)),
);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .dictionary(fc.constantFrom("a", "b", "ab", "\uE000", "\uD83D\uDE00"), tie("value"), {
        maxKeys: 3,
      })
      .map((map) => new Map(Object.entries(map))),
    fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 3 }).map(
      (numbers): Value =>
        new Map<string, Value>([
          ["__type__", "__vector__"],
          ["value", numbers],
        ]),
    ),
  ),
}));

function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

describe("ascendingKey", () => {
  it("orders as the values do, across and within types", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(compareKeys(ascendingKey(a), ascendingKey(b))).toBe(Math.sign(compareValues(a, b)));
      }),
      { numRuns: 3000 },
    );
  });

  it("orders integers that no double is equal to", () => {
    const near = [-(2n ** 53n), 2n ** 53n, 2n ** 62n, 2n ** 63n - 2n].flatMap((one) => [
      one - 1n,
      one,
      one + 1n,
      Number(one),
    ]);
    for (const a of near) {
      for (const b of near) {
        expect(compareKeys(ascendingKey(a), ascendingKey(b))).toBe(Math.sign(compareValues(a, b)));
      }
    }
  });

  it("is never the beginning of another, so that what follows decides nothing", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [one, other] = [ascendingKey(a), ascendingKey(b)];
        expect(one !== other && other.startsWith(one)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it("orders the other way round when it is turned over, whatever follows", () => {
    fc.assert(
      fc.property(value, value, text, text, (a, b, after, afterwards) => {
        const [one, other] = [descendingKey(ascendingKey(a)), descendingKey(ascendingKey(b))];
        fc.pre(one !== other);
        const sign = Math.sign(compareValues(b, a));
        expect(compareKeys(one + after, other + afterwards)).toBe(sign);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["a string", "x".repeat(1500), "x".repeat(1501)],
    ["a string of three-byte characters", "\u20AC".repeat(500), "\u20AC".repeat(501)],
    ["bytes", new Uint8Array(1500), new Uint8Array(1501)],
    ["an array", Array.from({ length: 2000 }, () => 1n), Array.from({ length: 2001 }, () => 1n)],
  ])("cuts off %s where an index does", (_, whole, longer) => {
    expect(ascendingKey(longer)).toBe(ascendingKey(whole));
  });

  it("does not cut below the bytes that an index takes", () => {
    expect(ascendingKey("x".repeat(1499))).not.toBe(ascendingKey("x".repeat(1500)));
  });

  it("is not the beginning of another where an array is cut off", () => {
    const long = ascendingKey(Array.from({ length: 2000 }, () => "yy"));
    const longer = ascendingKey(Array.from({ length: 2000 }, () => "yy").with(1999, "z"));
    expect(longer.startsWith(long)).toBe(longer === long);
  });
});

describe("nameKey", () => {
  it("puts a document before what is beneath it, also when turned over the other way", () => {
    const [above, beneath] = [nameKey("a/b"), nameKey("a/b/c/d")];
    expect(above < beneath).toBe(true);
    expect(descendingKey(above) > descendingKey(beneath)).toBe(true);
  });
});
