import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arrivalOffsetMs,
  durationSeconds,
  k6Ramp,
  peakPerSecond,
  plannedArrivals,
} from "./rate-stages.ts";

/** 10/s, 40/s, 5/s: what k6 v1.8.1 and v2.2.0 were watched at. */
const STAGES = [
  { perThousandSeconds: 10_000, seconds: 1 },
  { perThousandSeconds: 40_000, seconds: 1 },
  { perThousandSeconds: 5_000, seconds: 2 },
];

describe("arrivalOffsetMs", () => {
  it.each([
    // Seen at 102, 1001, 1027, 2001, 2201 and 3801 ms; n = 59, at the end itself, is started or not.
    [0, 100],
    [9, 1_000],
    [10, 1_025],
    [49, 2_000],
    [50, 2_200],
    [58, 3_800],
    [59, 4_000],
    [60, undefined],
  ])("arrival %i is due after %s ms, as k6 starts it", (n, offsetMs) => {
    expect(arrivalOffsetMs(STAGES, n)).toBe(offsetMs);
  });

  it("counts each planned arrival once, in order, within the load", () => {
    const stage = fc.record({
      perThousandSeconds: fc.integer({ min: 0, max: 50_000 }),
      seconds: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 5 }), (stages) => {
        const planned = plannedArrivals(stages);
        let last = 0;
        for (let n = 0; n < planned; n += 1) {
          const offsetMs = arrivalOffsetMs(stages, n);
          expect(offsetMs).toBeGreaterThanOrEqual(last);
          last = offsetMs ?? Number.POSITIVE_INFINITY;
        }
        expect(last).toBeLessThanOrEqual(durationSeconds(stages) * 1_000);
        expect(arrivalOffsetMs(stages, planned)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});

it("jumps before each hold", () => {
  expect(k6Ramp(STAGES.slice(0, 2))).toEqual({
    startRate: 10_000,
    timeUnit: "1000s",
    stages: [
      { target: 10_000, duration: "0s" },
      { target: 10_000, duration: "1000ms" },
      { target: 40_000, duration: "0s" },
      { target: 40_000, duration: "1000ms" },
    ],
  });
  expect(peakPerSecond(STAGES)).toBe(40);
});
