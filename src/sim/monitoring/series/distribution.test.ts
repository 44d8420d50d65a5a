import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  distributionSince,
  mergeDistributions,
  quantileOf,
  type Distribution,
} from "./distribution.ts";

const BOUNDS = [-Infinity, 0, 1, 2, 4, 8, Infinity];

function distributionOf(values: readonly number[]): Distribution {
  const buckets = BOUNDS.slice(1).flatMap((upper, index) => {
    const lower = BOUNDS[index] ?? 0;
    const count = values.filter((value) => value >= lower && value < upper).length;
    return count === 0 ? [] : [{ lower, upper, count }];
  });
  return { count: values.length, sum: values.reduce((sum, one) => sum + one, 0), buckets };
}

const samples = fc.array(fc.integer({ min: -2, max: 12 }), { minLength: 1, maxLength: 60 });

describe("distributions", () => {
  it("merge to the distribution of all values", () => {
    fc.assert(
      fc.property(samples, samples, (left, right) => {
        const merged = mergeDistributions([distributionOf(left), distributionOf(right)]);
        expect(merged).toEqual(distributionOf([...left, ...right]));
      }),
    );
  });

  it("subtract to what was added", () => {
    fc.assert(
      fc.property(samples, samples, (before, added) => {
        const later = distributionOf([...before, ...added]);
        expect(distributionSince(later, distributionOf(before))).toEqual(distributionOf(added));
      }),
    );
  });

  it("cannot be told apart from a new counter when a count fell", () => {
    expect(distributionSince(distributionOf([1]), distributionOf([1, 1]))).toBeUndefined();
    expect(distributionSince(distributionOf([1]), distributionOf([5]))).toBeUndefined();
  });

  it("give the bucket that a quantile lies in", () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(0.5, 0.95, 0.99), (values, quantile) => {
        const ordered = [...values].sort((left, right) => left - right);
        const exact = ordered[Math.max(0, Math.ceil(quantile * ordered.length) - 1)] ?? Number.NaN;
        const found = quantileOf(distributionOf(values), quantile);
        expect(found?.lower).toBeLessThanOrEqual(exact);
        expect(found?.upper).toBeGreaterThan(exact);
        expect(found?.estimate).toBeGreaterThanOrEqual(found?.lower ?? Number.NaN);
        expect(found?.estimate).toBeLessThanOrEqual(found?.upper ?? Number.NaN);
        expect(Number.isFinite(found?.estimate)).toBe(true);
      }),
    );
  });

  it("have no quantile when they are empty", () => {
    expect(quantileOf(distributionOf([]), 0.5)).toBeUndefined();
  });
});
