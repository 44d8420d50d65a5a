import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateShift } from "./rank-interval.ts";

const close = (value: number) => expect.closeTo(value, 10) as unknown as number;

describe("estimateShift", () => {
  it("gives Hodges and Lehmann's estimate and the interval of the rank-sum test", () => {
    // 4 and 4 values: 1 of the 70 arrangements has U = 0, so the extremes cover 68 of 70.
    const { shift, low, high, coverage } = estimateShift([1, 2, 3, 4], [11, 13, 15, 17]);
    expect({ shift, low, high }).toEqual({ shift: 11.5, low: 7, high: 16 });
    expect(coverage).toBeCloseTo(68 / 70, 10);
  });

  it("takes as many differences off each end as 2.5 % allow", () => {
    // 10 and 3 values: the arrangements with U < 4 are 1 + 1 + 2 + 3 of 286, with U < 5 11 of them.
    const before = Array.from({ length: 10 }, (_, index) => index);
    const after = [100, 110, 120];
    const differences = after.flatMap((late) => before.map((early) => late - early));
    const sorted = differences.toSorted((left, right) => left - right);
    const { low, high, coverage } = estimateShift(before, after);
    expect({ low, high }).toEqual({ low: sorted[3], high: sorted[26] });
    expect(coverage).toBeCloseTo(1 - (2 * 7) / 286, 10);
  });

  it("says how little few values cover", () => {
    // 1 of 4 arrangements at each end.
    expect(estimateShift([1, 2, 3], [5]).coverage).toBeCloseTo(1 / 2, 10);
  });

  it("moves with the values, and turns round with them", () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(values, values, fc.integer({ min: -9, max: 9 }), (before, after, by) => {
        const { shift, low, high, coverage } = estimateShift(before, after);
        const moved = estimateShift(
          before,
          after.map((value) => value + by),
        );
        expect(moved).toEqual({
          shift: close(shift + by),
          low: low + by,
          high: high + by,
          coverage,
        });
        const turned = estimateShift(after, before);
        expect([turned.shift, turned.low, turned.high]).toEqual([
          close(-shift),
          close(-high),
          close(-low),
        ]);
        expect(low <= shift && shift <= high).toBe(true);
      }),
    );
  });
});
