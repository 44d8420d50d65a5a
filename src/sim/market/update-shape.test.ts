import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import type { MarketSpec } from "../config/scenario.ts";
import { createArrivals } from "./arrivals.ts";
import { createMarket } from "./create-market.ts";
import { countPerSecond, shapeOf } from "./shape.fixture.ts";
import type { CountShape } from "./shape.fixture.ts";

/*
 * How clustered the updates a second of all symbols are, beside real tick data and Poisson:
 *
 *                                                        peak/mean    variance/mean
 *   measured: sessions of SPY, AIG, BAC, IBM,
 *     EURUSD and XAUUSD                                  15 … 260         4 … 64
 *   Poisson of 17 a second, 6.5 h                             2.1             1.0
 *   ours, 1 h of high volatility          seed 1               25              30
 *                                         seeds 0 … 59    15 … 53        18 … 52
 *   ours, 6.5 h of high volatility        seed 1               39              26
 *                                         seeds 0 … 59    26 … 53        22 … 42
 *   ours, a mixed day of 6.5 h            seed 1               58              31
 *                                         seeds 0 … 59    39 … 83        23 … 45
 */
const MEASURED = { peakToMean: [15, 260], varianceToMean: [4, 64] } as const;

const HOUR_MS = 3_600_000;

const HIGH_VOLATILITY: MarketSpec["regimes"] = [{ regime: "high-volatility", seconds: 3600 }];

/** 6.5 hours: a calm morning, news, a crash with its halt, and a nervous afternoon. */
const MIXED_DAY: MarketSpec["regimes"] = [
  { regime: "calm", seconds: 7200 },
  { regime: "active", seconds: 5400 },
  { regime: "high-volatility", seconds: 3600 },
  { regime: "flash-crash", seconds: 300 },
  { regime: "halt", seconds: 300 },
  { regime: "re-open", seconds: 600 },
  { regime: "active", seconds: 6000 },
];

const SESSIONS = [
  { name: "1 h of high volatility", regimes: HIGH_VOLATILITY, hours: 1, stated: [25, 30] },
  { name: "6.5 h of high volatility", regimes: HIGH_VOLATILITY, hours: 6.5, stated: [39, 26] },
  { name: "a mixed day of 6.5 h", regimes: MIXED_DAY, hours: 6.5, stated: [58, 31] },
] as const;

function shapeOfMarket(regimes: MarketSpec["regimes"], hours: number, seed: number): CountShape {
  const spec = { symbols: 40, correlation: 0.6, regimes };
  return shapeOf(createMarket(spec, hours * HOUR_MS, createRng(seed)).updatesPerSecond());
}

describe("updates a second are as clustered as measured ones", () => {
  test.each(SESSIONS)("$name has the figures stated above", ({ regimes, hours, stated }) => {
    const shape = shapeOfMarket(regimes, hours, 1);
    expect([Math.round(shape.peakToMean), Math.round(shape.varianceToMean)]).toEqual(stated);
    expect(outside(shape)).toEqual([]);
  });

  test.each([2, 3])("an hour of high volatility and a mixed day, seed %i", (seed) => {
    expect(outside(shapeOfMarket(HIGH_VOLATILITY, 1, seed))).toEqual([]);
    expect(outside(shapeOfMarket(MIXED_DAY, 6.5, seed))).toEqual([]);
  });

  test.each(["calm", "active"] as const)("a session that is %s throughout", (regime) => {
    expect(outside(shapeOfMarket([{ regime, seconds: 60 }], 6.5, 1))).toEqual([]);
  });

  test.each([1, 500])("a mixed day of %i symbols", (symbols) => {
    const spec = { symbols, correlation: 0.6, regimes: MIXED_DAY };
    const market = createMarket(spec, 6.5 * HOUR_MS, createRng(1));
    expect(outside(shapeOf(market.updatesPerSecond()))).toEqual([]);
  });
});

test("Poisson updates would not pass: their peak is about twice, their variance once the mean", () => {
  const poisson = createArrivals(
    {
      kind: "poisson",
      ratePerSecond: 17,
      durationMs: 6.5 * HOUR_MS,
      stages: [{ untilShare: 1, factor: 1 }],
      market: { updatesPerSecond: () => [] },
    },
    createRng(1),
  );
  const shape = shapeOf(countPerSecond(poisson, 6.5 * 3600));
  expect(shape.peakToMean).toBeGreaterThan(1.8);
  expect(shape.peakToMean).toBeLessThan(2.4);
  expect(shape.varianceToMean).toBeGreaterThan(0.95);
  expect(shape.varianceToMean).toBeLessThan(1.05);
  expect(outside(shape)).toHaveLength(2);
});

/** The figures that leave the measured ranges. */
function outside(shape: CountShape): readonly string[] {
  return (["peakToMean", "varianceToMean"] as const)
    .filter((figure) => {
      const [minimum, maximum] = MEASURED[figure];
      return !(shape[figure] >= minimum && shape[figure] <= maximum);
    })
    .map((figure) => `${figure} ${shape[figure]} is not from ${MEASURED[figure].join(" to ")}`);
}
