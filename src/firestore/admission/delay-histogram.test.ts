import fc from "fast-check";
import { expect, test } from "vitest";
import { DelayHistogram } from "./delay-histogram.ts";

test("its quantiles are within 5% of the true ones", () => {
  const delays = fc.array(fc.double({ min: 0.05, max: 200_000, noNaN: true }), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(
    fc.property(delays, fc.constantFrom(0.5, 0.9, 0.99, 1), (values, part) => {
      const histogram = new DelayHistogram();
      for (const value of values) histogram.record(value);
      const sorted = values.toSorted((left, right) => left - right);
      const exact = sorted[Math.ceil(part * sorted.length) - 1] ?? 0;
      expect(histogram.quantile(part)).toBeGreaterThan(exact * 0.95);
      expect(histogram.quantile(part)).toBeLessThan(exact * 1.05);
    }),
  );
});

test("counts zeros, sums and the longest", () => {
  const histogram = new DelayHistogram();
  for (const delayMs of [0, 0, 0, 10]) histogram.record(delayMs);
  expect(histogram.summary()).toMatchObject({
    count: 4,
    sumMs: 10,
    p50Ms: 0,
    maxMs: 10,
  });
  histogram.clear();
  expect(histogram.summary()).toEqual({
    count: 0,
    sumMs: 0,
    p50Ms: 0,
    p90Ms: 0,
    p99Ms: 0,
    maxMs: 0,
  });
});

test("takes what is beyond its ends", () => {
  const histogram = new DelayHistogram();
  histogram.record(1e-9);
  histogram.record(1e12);
  expect(histogram.summary()).toMatchObject({ count: 2, maxMs: 1e12 });
});
