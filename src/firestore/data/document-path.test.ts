import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareStrings, orderedByCodeUnits, utf8Length } from "./compare-strings.ts";
import { comparePaths, pathKey } from "./document-path.ts";

const anyText = fc.string({ unit: "grapheme", maxLength: 4 });

describe("compareStrings", () => {
  it("orders as the bytes in UTF-8 do", () => {
    fc.assert(
      fc.property(anyText, anyText, (left, right) => {
        const expected = Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)));
        expect(Math.sign(compareStrings(left, right))).toBe(expected);
        const [one, other] = [orderedByCodeUnits(left), orderedByCodeUnits(right)];
        expect(one === other ? 0 : one < other ? -1 : 1).toBe(expected);
      }),
    );
  });

  it("counts the bytes in UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
    expect(utf8Length("\ud800")).toBe(3);
  });
});

describe("comparePaths", () => {
  const anySegment = fc.oneof(
    fc.constantFrom(
      "a",
      "b",
      "a\0",
      "a\0b",
      "\u0001",
      "\u0002",
      "__id1__",
      "__id-9__",
      "__id10__",
      "é",
      "😀",
    ),
  );
  const anyPath = fc.array(anySegment, { minLength: 1, maxLength: 3 });

  it("orders segment by segment, numbers before strings", () => {
    fc.assert(
      fc.property(anyPath, anyPath, (left, right) => {
        const got = Math.sign(comparePaths(left.join("/"), right.join("/")));
        expect(got).toBe(Math.sign(bySegments(left, right)));
      }),
    );
  });

  it("gives every path a key of its own, and a prefix to what is beneath", () => {
    fc.assert(
      fc.property(anyPath, anySegment, (path, child) => {
        const key = pathKey(path.join("/"));
        expect(pathKey([...path, child].join("/")).startsWith(`${key}\0`)).toBe(true);
      }),
    );
  });
});

/** The rule, spelled out. */
function bySegments(left: readonly string[], right: readonly string[]): number {
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one, other] = [left[index]!, right[index]!];
    const [number, otherNumber] = [numberOf(one), numberOf(other)];
    if (number !== undefined && otherNumber !== undefined && number !== otherNumber) {
      return number < otherNumber ? -1 : 1;
    }
    if ((number === undefined) !== (otherNumber === undefined))
      return number === undefined ? 1 : -1;
    const difference = Buffer.compare(Buffer.from(one), Buffer.from(other));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function numberOf(id: string): bigint | undefined {
  const match = /^__id(-?\d+)__$/.exec(id);
  return match === null ? undefined : BigInt(match[1]!);
}
