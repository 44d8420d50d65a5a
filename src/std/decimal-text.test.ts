import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalText } from "./decimal-text.ts";

test.each([
  [0, 2, "0.00"],
  [-0, 2, "0.00"],
  [5, 2, "0.05"],
  [-5, 2, "-0.05"],
  [18_725, 2, "187.25"],
  [-100, 2, "-1.00"],
  [0, 4, "0.0000"],
  [8731, 4, "0.8731"],
  [-10_203, 4, "-1.0203"],
  [Number.MAX_SAFE_INTEGER, 2, "90071992547409.91"],
] as const)("%i with %i places is %s", (units, places, text) => {
  expect(decimalText(units, places)).toBe(text);
});

test("law: read as a decimal it is the number it was made of", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.constantFrom(2 as const, 4 as const), (units, places) => {
      const text = decimalText(units, places);
      expect(text).toMatch(/^-?(0|[1-9]\d*)\.\d+$/);
      expect(text.split(".")[1]).toHaveLength(places);
      expect(BigInt(text.replace(".", ""))).toBe(BigInt(units));
    }),
  );
});
