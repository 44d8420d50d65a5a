import fc from "fast-check";
import { expect, test } from "vitest";
import { compare } from "./key-samples.ts";
import { type KeyRest, StartFinder } from "./start-finder.ts";

/** Few letters and long common parts, so that ties and prefixes of each other occur. */
const word = fc.string({ unit: fc.constantFrom("\0", "a", "b", "\uffff"), maxLength: 7 });
const stem = fc.constantFrom("", "users/", "users/u1/trades\0");

/** Tells the first code units only, as an index entry does. */
function byUnits(key: string, known: number): KeyRest {
  return { key, unitAt: (index) => (index < known ? key.charCodeAt(index) : Number.NaN) };
}

test("finds what a search over whole keys finds, or says that it cannot", () => {
  fc.assert(
    fc.property(fc.array(word), stem, word, word, (words, common, prefixEnd, rest) => {
      const starts = [
        "",
        ...new Set(words.map((end) => common + end).filter((start) => start !== "")),
      ];
      starts.sort(compare);
      const key = common + prefixEnd + rest;
      const finder = new StartFinder(starts);
      const expected = starts.findLastIndex((start) => start <= key);
      for (const part of [{ key: rest }, byUnits(rest, 2), byUnits(rest, 9)]) {
        expect([expected, -1]).toContain(finder.find(common + prefixEnd, part));
      }
    }),
    { numRuns: 2000 },
  );
});

test("does not give up where three code units tell", () => {
  const finder = new StartFinder(["", "c\0b", "c\0d", "c\0f"]);
  expect(finder.find("c\0", { key: "a99" })).toBe(0);
  expect(finder.find("c\0", { key: "c99" })).toBe(1);
  expect(finder.find("c\0", { key: "z99" })).toBe(3);
  expect(finder.find("c\0", { key: "dxyz" })).toBe(2);
  expect(finder.find("c\0", { key: "d" })).toBe(-1);
  expect(finder.find("b\0", { key: "zzz" })).toBe(-1);
});
