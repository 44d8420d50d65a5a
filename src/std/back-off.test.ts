import fc from "fast-check";
import { expect, test } from "vitest";
import { equalJitterBackOffMs } from "./back-off.ts";

const backOff = { baseMs: 100, factor: 2, capMs: 350 };

test.each([
  // failures, draw, wait
  [1, 0, 50],
  [1, 0.5, 75],
  [2, 0, 100],
  [2, 0.5, 150],
  // 100 × 2² = 400 is cut to the cap.
  [3, 0, 175],
  [3, 0.5, 262.5],
  // So many failures that the power is Infinity.
  [5000, 0, 175],
])("after %i failures with a draw of %d: %d ms", (failures, draw, waitMs) => {
  expect(equalJitterBackOffMs(backOff, failures, draw)).toBe(waitMs);
});

test("law: at least half of the ceiling, never above the cap, and never shorter later", () => {
  const policy = fc.record({
    baseMs: fc.integer({ min: 1, max: 1000 }),
    factor: fc.integer({ min: 1, max: 10 }),
    capMs: fc.integer({ min: 1, max: 60_000 }),
  });
  const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(policy, fc.integer({ min: 1, max: 100 }), draw, (one, failures, chance) => {
      const waitMs = equalJitterBackOffMs(one, failures, chance);
      expect(waitMs).toBeGreaterThanOrEqual(Math.min(one.baseMs, one.capMs) / 2);
      expect(waitMs).toBeLessThanOrEqual(one.capMs);
      expect(equalJitterBackOffMs(one, failures + 1, chance)).toBeGreaterThanOrEqual(waitMs);
    }),
  );
});
