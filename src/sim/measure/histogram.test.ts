import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Histogram } from "./histogram.ts";

const labels = { metric: "m", phase: null, describes: "" };

describe("Histogram", () => {
  test("an empty one says so, and has no figures", () => {
    expect(new Histogram().summarize(labels)).toMatchObject({ count: 0, p99: 0, max: 0 });
  });

  test("99 fast samples and one slow one: p50 and p99 are the fast, the maximum the slow", () => {
    const histogram = new Histogram();
    histogram.record(10, 99);
    histogram.record(2000);
    const summary = histogram.summarize(labels);
    expect(summary.p50).toBeCloseTo(10, 1);
    expect(summary.p99).toBeCloseTo(10, 1);
    expect(summary.max).toBeCloseTo(2000, -1);
    expect(summary.mean).toBeCloseTo(29.9, 1);
  });

  test("merging two is the same as recording all in one, also after encoding", () => {
    const latencies = fc.array(fc.double({ min: 0.01, max: 60_000, noNaN: true }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(latencies, latencies, (left, right) => {
        const [one, two, all] = [new Histogram(), new Histogram(), new Histogram()];
        for (const value of left) one.record(value);
        for (const value of right) two.record(value);
        for (const value of [...left, ...right]) all.record(value);
        const merged = Histogram.decode(one.encode());
        merged.add(Histogram.decode(two.encode()));
        for (const share of [0.5, 0.9, 0.99, 1]) {
          expect(merged.quantileMs(share)).toBe(all.quantileMs(share));
        }
        expect(merged.count).toBe(all.count);
      }),
      { numRuns: 30 },
    );
  });

  test("law: steps give the quantiles of the latencies they were made of", () => {
    const latency = fc.oneof(
      fc.double({ min: -1, max: 5_000_000, noNaN: true }),
      fc.double({ min: 0, max: 5, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 50 }), (latencies) => {
        const [all, steps] = [new Histogram(), new Histogram()];
        for (const latencyMs of latencies) {
          all.record(latencyMs);
          steps.recordStep(Histogram.stepOf(latencyMs), 1);
        }
        for (const share of [0.01, 0.5, 0.99, 1]) {
          expect(steps.quantileMs(share)).toBe(all.quantileMs(share));
        }
      }),
      { numRuns: 50 },
    );
  });

  test("quantiles lie within 0.1 % of the exact ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 10_000, noNaN: true }), {
          minLength: 1,
          maxLength: 200,
        }),
        (values) => {
          const histogram = new Histogram();
          for (const value of values) histogram.record(value);
          const sorted = [...values].sort((left, right) => left - right);
          const exact = sorted[Math.ceil(values.length * 0.5) - 1]!;
          expect(Math.abs(histogram.quantileMs(0.5) - exact)).toBeLessThanOrEqual(
            exact * 0.001 + 0.001,
          );
        },
      ),
    );
  });
});
