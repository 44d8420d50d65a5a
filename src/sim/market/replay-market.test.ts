import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import type { MarketSpec } from "../config/scenario.ts";
import { MarketFileError } from "./market-file-error.ts";
import type { MarketRow } from "./market-file.ts";
import { createReplayMarket } from "./replay-market.ts";
import { correlationOf, meanOf } from "./shape.fixture.ts";
import { marketSymbols } from "./symbols.ts";

function specOf(correlation: number): MarketSpec {
  return { symbols: 10, correlation, regimes: [{ regime: "calm", seconds: 60 }] };
}

describe("a recording of five seconds with a gap", () => {
  const rows: readonly MarketRow[] = [
    { second: 100, updates: 400, lastPrice: 50 },
    { second: 101, updates: 200, lastPrice: 55 },
    { second: 104, updates: 300, lastPrice: 44 },
  ];
  const market = createReplayMarket(rows, specOf(1), 8000, createRng(1));

  test("plays its updates second for second, and starts over", () => {
    expect(market.updatesPerSecond()).toEqual([400, 200, 0, 0, 300, 400, 200, 0]);
  });

  test("moves every symbol as its price moved when they correlate fully", () => {
    for (const { ticker, openingPrice } of marketSymbols(10)) {
      const ratio = (elapsedMs: number) =>
        Number(market.quoteAt(ticker, elapsedMs)!.price) / openingPrice;
      expect(ratio(500)).toBeCloseTo(1, 3);
      // Each symbol's last update of the second may come a little before its end.
      expect(ratio(3999)).toBeCloseTo(55 / 50, 1);
      expect(ratio(4999)).toBeCloseTo(44 / 50, 1);
      // The seam makes no jump: the second time begins where the first one ended.
      expect(ratio(5999)).toBeCloseTo(44 / 50, 1);
      expect(ratio(7999)).toBeCloseTo((44 / 50) * (55 / 50), 1);
    }
  });

  test("reports the volatility it has: a return of 10% in a second", () => {
    const expected = Math.log(55 / 50) * Math.sqrt(252 * 6.5 * 3600);
    expect(market.volatilityPerSecond()[1]).toBeCloseTo(expected, 6);
    expect(market.volatilityPerSecond()[2]).toBe(0);
  });
});

test("symbols follow the recording by the correlation asked for", () => {
  const noise = createRng("recording");
  let price = 100;
  const rows = Array.from({ length: 7200 }, (_, second) => {
    price *= Math.exp(0.0005 * noise.normal());
    return { second, updates: 100, lastPrice: price };
  });
  const market = createReplayMarket(rows, specOf(0.6), 7_200_000, createRng(1));
  const stretches = Array.from({ length: 239 }, (_, index) => (index + 1) * 30);
  const recorded = stretches.map((at) =>
    Math.log(rows[Math.min(at + 29, 7199)]!.lastPrice / rows[at - 1]!.lastPrice),
  );
  const correlations = market.symbols.map((symbol) =>
    correlationOf(
      stretches.map((at) => {
        const priceAt = (second: number) => Number(market.lastPriceAt(symbol, second * 1000).price);
        return Math.log(priceAt(at + 30) / priceAt(at));
      }),
      recorded,
    ),
  );
  expect(meanOf(correlations)).toBeGreaterThan(0.5);
  expect(meanOf(correlations)).toBeLessThan(0.7);
});

test.each([
  { perSecond: 0, regime: "calm" },
  { perSecond: 0.00005, regime: "calm" }, // × √5,896,800 = 12% a year
  { perSecond: 0.0001, regime: "active" }, // 24%
  { perSecond: 0.0005, regime: "high-volatility" }, // 121%
])("returns of $perSecond a second read as $regime", ({ perSecond, regime }) => {
  const rows = Array.from({ length: 300 }, (_, second) => ({
    second,
    updates: 1,
    lastPrice: 100 * Math.exp(second % 2 === 0 ? 0 : perSecond),
  }));
  const market = createReplayMarket(rows, specOf(1), 300_000, createRng(1));
  expect(market.regimeAt(299_000)).toBe(regime);
  expect(market.regimeAt(999_000)).toBe(regime);
});

test("more updates than can be held are refused", () => {
  const rows = [0, 1].map((second) => ({ second, updates: 100_000, lastPrice: 1 }));
  const replay = () => createReplayMarket(rows, specOf(1), 300_000, createRng(1));
  expect(replay).toThrow(MarketFileError);
  expect(replay).toThrow("30000000 updates in the 300 seconds of the run, at most 20000000");
});
