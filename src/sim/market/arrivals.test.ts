import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { createArrivals } from "./arrivals.ts";
import type { ArrivalsOptions } from "./arrivals.ts";
import { countPerSecond, correlationOf, meanOf, shapeOf } from "./shape.fixture.ts";

const EVEN: ArrivalsOptions = {
  kind: "constant",
  ratePerSecond: 2,
  durationMs: 2000,
  stages: [{ untilShare: 1, factor: 1 }],
  market: { updatesPerSecond: () => [] },
};

function arrivals(options: Partial<ArrivalsOptions>): readonly number[] {
  return [...createArrivals({ ...EVEN, ...options }, createRng(1))];
}

describe("constant arrivals", () => {
  test("are evenly spaced, with half a gap at either end", () => {
    expect(arrivals({})).toEqual([250, 750, 1250, 1750]);
  });

  test("follow the stages", () => {
    // 1 a second for 2 s; then, half a gap on, 3 a second for 1 s; then none.
    const stages = [
      { untilShare: 0.5, factor: 1 },
      { untilShare: 0.75, factor: 3 },
      { untilShare: 1, factor: 0 },
    ];
    const found = arrivals({ ratePerSecond: 1, durationMs: 4000, stages });
    expect(found.map(Math.round)).toEqual([500, 1500, 2167, 2500, 2833]);
  });

  test("of rate 0 never come", () => {
    expect(arrivals({ ratePerSecond: 0 })).toEqual([]);
  });
});

test("Poisson arrivals have the rate as mean and once the mean as variance", () => {
  const found = arrivals({ kind: "poisson", ratePerSecond: 10, durationMs: 3_600_000 });
  const shape = shapeOf(countPerSecond(found, 3600));
  // 36,000 arrivals deviate by 190: half a per cent.
  expect(Math.abs(shape.mean - 10)).toBeLessThan(0.2);
  expect(Math.abs(shape.varianceToMean - 1)).toBeLessThan(0.1);
});

describe("arrivals that follow the market", () => {
  /** Ten quiet seconds, then one of a hundred updates, and none in every eleventh. */
  const updates = Array.from({ length: 3600 }, (_, second) => [5, 100, 0][second % 11] ?? 5);
  const market = { updatesPerSecond: () => updates };
  const options: ArrivalsOptions = {
    ...EVEN,
    kind: "market",
    ratePerSecond: 10,
    durationMs: 3_600_000,
    market,
  };
  const counts = countPerSecond(arrivals(options), 3600);

  test("keep the mean rate", () => {
    expect(Math.abs(meanOf(counts) - 10)).toBeLessThan(0.2);
  });

  test("cluster as its updates do", () => {
    expect(correlationOf(counts, updates)).toBeGreaterThan(0.95);
    // A second of 100 updates is due 10 × 100 / mean.
    const busy = counts.filter((_, second) => updates[second] === 100);
    expect(meanOf(busy) / ((10 * 100) / meanOf(updates))).toBeCloseTo(1, 1);
    expect(counts.filter((count, second) => updates[second] === 0 && count > 0)).toEqual([]);
  });

  test("keep each stage's own mean, wherever the updates are", () => {
    const found = arrivals({
      ...options,
      market: {
        updatesPerSecond: () => updates.map((count, at) => (at < 1800 ? count * 9 : count)),
      },
      stages: [
        { untilShare: 0.5, factor: 1 },
        { untilShare: 1, factor: 2 },
      ],
    });
    const perSecond = countPerSecond(found, 3600);
    expect(Math.abs(meanOf(perSecond.slice(0, 1800)) - 10)).toBeLessThan(0.4);
    expect(Math.abs(meanOf(perSecond.slice(1800)) - 20)).toBeLessThan(0.6);
  });

  test("come evenly when trading is halted throughout", () => {
    const halted = { updatesPerSecond: () => updates.map(() => 0) };
    expect(meanOf(countPerSecond(arrivals({ ...options, market: halted }), 3600))).toBeCloseTo(
      10,
      0,
    );
  });
});

test("law: arrivals are in order and within the duration, and the same for the same seed", () => {
  const options = fc.record({
    kind: fc.constantFrom("constant" as const, "poisson" as const, "market" as const),
    ratePerSecond: fc.double({ min: 0, max: 50, noNaN: true }),
    durationMs: fc.double({ min: 1, max: 20_000, noNaN: true }),
    stages: fc
      .array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 1, maxLength: 5 })
      .map((factors) =>
        factors.map((factor, index) => ({ untilShare: (index + 1) / factors.length, factor })),
      ),
    market: fc
      .array(fc.nat(100), { maxLength: 20 })
      .map((counts) => ({ updatesPerSecond: () => counts })),
  });
  const law = fc.property(options, fc.integer(), (options, seed) => {
    const found = [...createArrivals(options, createRng(seed))];
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    for (const atMs of found) {
      expect(atMs).toBeGreaterThanOrEqual(0);
      expect(atMs).toBeLessThanOrEqual(options.durationMs);
    }
    expect([...createArrivals(options, createRng(seed))]).toEqual(found);
  });
  fc.assert(law);
});

test("a phase that ends just past a second puts what is due there into that sliver, and ends", () => {
  const options = {
    kind: "market" as const,
    ratePerSecond: 50,
    durationMs: 1000.000_000_000_000_1,
    stages: [{ untilShare: 1, factor: 1 }],
    // All updates are in the sliver: its rate is so high that adding a gap to a moment adds nothing.
    market: { updatesPerSecond: () => [0, 100] },
  };
  const found: number[] = [];
  for (const atMs of createArrivals(options, createRng(1))) {
    found.push(atMs);
    if (found.length > 1000) break;
  }
  expect(found.length).toBeGreaterThan(25);
  expect(found.length).toBeLessThan(75);
  for (const atMs of found) expect(atMs).toBeCloseTo(1000, 6);
});
