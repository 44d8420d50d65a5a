import fc from "fast-check";
import { expect, it } from "vitest";
import { dominates, paretoFront } from "./pareto.ts";

const scores = fc.tuple(fc.integer({ max: 5 }), fc.integer({ max: 5 }), fc.integer({ max: 5 }));
const small = fc.array(
  scores.map((three) => three.map((score) => score % 4)),
  { maxLength: 30 },
);

it.each([
  [[1, 1], [2, 2], true],
  [[1, 2], [1, 3], true],
  // Equal ones do not dominate each other.
  [[1, 1], [1, 1], false],
  // Each is better in something.
  [[1, 3], [2, 2], false],
])("%j before %j: %s", (first, second, expected) => {
  expect(dominates(first, second)).toBe(expected);
});

it("holds nothing dominated, and for everything outside something as good or better", () => {
  fc.assert(
    fc.property(small, (all) => {
      const front = paretoFront(all, (one) => one);
      for (const one of front) {
        expect(all.some((other) => dominates(other, one))).toBe(false);
      }
      for (const one of all) {
        const isCovered = front.some((other) => other.every((score, axis) => score <= one[axis]!));
        expect(isCovered).toBe(true);
      }
      expect(new Set(front.map(String)).size).toBe(front.length);
    }),
  );
});
