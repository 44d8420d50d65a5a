import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { orderInterval } from "./order-interval.ts";

test.each([
  // 1 − 2^(1−n) for least and largest.
  ["one sample is no interval", [7], { median: 7, low: 7, high: 7, coverage: 0 }],
  ["three", [3, 1, 2], { median: 2, low: 1, high: 3, coverage: 0.75 }],
  ["five", [5, 3, 1, 2, 4], { median: 3, low: 1, high: 5, coverage: 0.9375 }],
  [
    "six: the lower of two in the middle",
    [1, 2, 3, 4, 5, 6],
    { median: 3, low: 1, high: 6, coverage: 0.96875 },
  ],
  // 1 − 2 (1 + 9) / 512: the second and the eighth.
  [
    "nine leave out the outermost",
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    { median: 5, low: 2, high: 8, coverage: 1 - 20 / 512 },
  ],
  [
    "samples known to be beyond",
    [Infinity, 4, -Infinity, 5, 6],
    { median: 5, low: -Infinity, high: Infinity, coverage: 0.9375 },
  ],
])("%s", (_what, samples, expected) => {
  expect(orderInterval(samples)).toEqual(expected);
});

test("law: the median lies in it, and both its ends are samples", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 40 }), (samples) => {
      const { median, low, high, coverage } = orderInterval(samples);
      expect(low).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(high);
      for (const one of [low, median, high]) expect(samples).toContain(one);
      expect(coverage).toBeGreaterThanOrEqual(samples.length >= 6 ? 0.95 : 0);
    }),
  );
});

test("it holds the true median as often as it says", () => {
  const rng = createRng("intervals");
  for (const count of [5, 9]) {
    let held = 0;
    const times = 4000;
    let said = 0;
    for (let turn = 0; turn < times; turn += 1) {
      // Skewed: the median of -ln(u) is ln 2.
      const { low, high, coverage } = orderInterval(
        Array.from({ length: count }, () => -Math.log(1 - rng.next())),
      );
      if (low <= Math.LN2 && Math.LN2 <= high) held += 1;
      said = coverage;
    }
    // Three standard errors.
    expect(Math.abs(held / times - said)).toBeLessThan(3 * Math.sqrt((said * (1 - said)) / times));
  }
});
