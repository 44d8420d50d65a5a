import fc from "fast-check";
import { expect, test } from "vitest";
import { compare } from "./key-samples.ts";
import { StartFinder } from "./start-finder.ts";

/** Few letters and long common parts, so that ties and prefixes of each other occur. */
const word = fc.string({ unit: fc.constantFrom("\0", "a", "b", "\uffff"), maxLength: 7 });
const stem = fc.constantFrom("", "users/", "users/u1/trades\0");

test("finds what a search over whole keys finds, or says that it cannot", () => {
  fc.assert(
    fc.property(fc.array(word), stem, word, word, (words, common, prefixEnd, rest) => {
      const starts = [
        "",
        ...new Set(words.map((end) => common + end).filter((start) => start !== "")),
      ];
      starts.sort(compare);
      const key = common + prefixEnd + rest;
      const found = new StartFinder(starts).find(common + prefixEnd, rest);
      const expected = starts.findLastIndex((start) => start <= key);
      expect([expected, -1]).toContain(found);
    }),
    { numRuns: 2000 },
  );
});

test("does not give up where three code units tell", () => {
  const finder = new StartFinder(["", "c\0b", "c\0d", "c\0f"]);
  expect(finder.find("c\0", "a9")).toBe(0);
  expect(finder.find("c\0", "c9")).toBe(1);
  expect(finder.find("c\0", "z9")).toBe(3);
  expect(finder.find("c\0", "d")).toBe(-1);
  expect(finder.find("b\0", "z")).toBe(-1);
});
