import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import type { MarketSpec, Regime } from "../config/scenario.ts";
import { createMarket } from "./create-market.ts";
import type { Market } from "./market.ts";
import { correlationOf, meanOf, rootMeanSquare } from "./shape.fixture.ts";
import { marketSymbols } from "./symbols.ts";

const SESSION_SECONDS = 6.5 * 3600;
const SYMBOLS = 16;
const YEAR_SECONDS = 252 * SESSION_SECONDS;

function specOf(regimes: MarketSpec["regimes"], correlation = 0.6, symbols = 40): MarketSpec {
  return { symbols, correlation, regimes };
}

/** A session of 16 symbols, made once for all tests that look at it. */
const session = memoize((regime: Regime, correlation: number): Market => {
  const spec = specOf([{ regime, seconds: 3600 }], correlation, SYMBOLS);
  return createMarket(spec, SESSION_SECONDS * 1000, createRng(7));
});

function memoize(make: (regime: Regime, correlation: number) => Market): typeof make {
  const made = new Map<string, Market>();
  return (regime, correlation) => {
    const key = `${regime} ${correlation}`;
    const market = made.get(key) ?? make(regime, correlation);
    made.set(key, market);
    return market;
  };
}

function priceAt(market: Market, symbol: string, second: number): number {
  return Number(market.lastPriceAt(symbol, second * 1000).price);
}

/** Log returns of a symbol over equal stretches of the session. */
function returnsOf(market: Market, symbol: string, stretchSeconds: number): readonly number[] {
  return Array.from({ length: SESSION_SECONDS / stretchSeconds - 1 }, (_, index) => {
    const from = priceAt(market, symbol, index * stretchSeconds);
    return Math.log(priceAt(market, symbol, (index + 1) * stretchSeconds) / from);
  });
}

describe("volatility", () => {
  const stated = [
    { regime: "calm", annualVolatility: 0.12 },
    { regime: "active", annualVolatility: 0.25 },
    { regime: "high-volatility", annualVolatility: 0.8 },
  ] as const;

  test.each(stated)("of the factor is $annualVolatility a year when $regime", (row) => {
    const realised = rootMeanSquare(session(row.regime, 0.6).volatilityPerSecond());
    expect(realised / row.annualVolatility).toBeGreaterThan(0.92);
    expect(realised / row.annualVolatility).toBeLessThan(1.08);
  });

  test.each(stated)("of symbols is their multiple of that when $regime, from prices", (row) => {
    const market = session(row.regime, 0.6);
    const ratios = marketSymbols(SYMBOLS).map(({ ticker, volatilityMultiple }) => {
      const perMinute = rootMeanSquare(returnsOf(market, ticker, 60));
      const annual = perMinute * Math.sqrt(YEAR_SECONDS / 60);
      return annual / (volatilityMultiple * row.annualVolatility);
    });
    expect(meanOf(ratios)).toBeGreaterThan(0.92);
    expect(meanOf(ratios)).toBeLessThan(1.08);
  });

  test("carries the updates: minutes with more of it have more of them", () => {
    const market = session("active", 0.6);
    const minutes = Array.from({ length: SESSION_SECONDS / 60 }, (_, minute) => minute * 60);
    const updates = minutes.map((at) => meanOf(market.updatesPerSecond().slice(at, at + 60)));
    const variances = minutes.map(
      (at) => rootMeanSquare(market.volatilityPerSecond().slice(at, at + 60)) ** 2,
    );
    expect(correlationOf(updates, variances)).toBeGreaterThan(0.5);
  });
});

// Two symbols that each correlate by ρ with the factor correlate by ρ² with each other.
test.each([
  { correlation: 0, expected: 0, tolerance: 0.05 },
  { correlation: 0.6, expected: 0.36, tolerance: 0.1 },
  { correlation: 1, expected: 1, tolerance: 0.05 },
])("symbols correlate by the square of $correlation", ({ correlation, expected, tolerance }) => {
  const market = session("high-volatility", correlation);
  const returns = market.symbols.map((symbol) => returnsOf(market, symbol, 120));
  const pairs = returns.flatMap((left, index) =>
    returns.slice(index + 1).map((right) => correlationOf(left, right)),
  );
  expect(Math.abs(meanOf(pairs) - expected)).toBeLessThan(tolerance);
});

describe("a flash crash of 100 s", () => {
  const market = createMarket(
    specOf([
      { regime: "active", seconds: 20 },
      { regime: "flash-crash", seconds: 100 },
      { regime: "active", seconds: 20 },
    ]),
    140_000,
    createRng(3),
  );
  /** Mean log move of all symbols since the opening, per unit of their volatility multiple. */
  const moveAt = (second: number) =>
    meanOf(
      marketSymbols(40).map(({ ticker, openingPrice, volatilityMultiple }) => {
        return Math.log(priceAt(market, ticker, second) / openingPrice) / volatilityMultiple;
      }),
    );

  test("falls by the stated depth and wins back half", () => {
    expect(moveAt(34)).toBeGreaterThan(-0.03);
    expect(moveAt(34)).toBeLessThan(0.03);
    // The slide takes 40% of the logarithmic depth of 0.22, from 15 s to 25 s of the crash.
    expect(moveAt(46)).toBeGreaterThan(-0.1);
    expect(moveAt(46)).toBeLessThan(-0.06);
    expect(moveAt(57)).toBeLessThan(-0.2);
    expect(moveAt(57)).toBeGreaterThan(-0.24);
    // Recovery takes back half, all but e^-2.75 = 6% of it by the end: -0.22 × 0.53 = -0.117.
    expect(moveAt(139)).toBeLessThan(-0.09);
    expect(moveAt(139)).toBeGreaterThan(-0.14);
  });

  test("has a liquidity gap around the jump, with next to no updates", () => {
    const updates = market.updatesPerSecond();
    // The gap lasts from 25 s to 35 s of the crash.
    expect(meanOf(updates.slice(46, 54))).toBeLessThan(6);
    expect(meanOf(updates.slice(20, 45))).toBeGreaterThan(15);
    expect(meanOf(updates.slice(56, 110))).toBeGreaterThan(15);
  });
});

describe("a halt", () => {
  const market = createMarket(
    specOf([
      { regime: "active", seconds: 10 },
      { regime: "halt", seconds: 10 },
      { regime: "re-open", seconds: 100 },
    ]),
    120_000,
    createRng(5),
  );

  test("has no quotes and no updates, and prices stand still", () => {
    for (const symbol of market.symbols) {
      const before = market.lastPriceAt(symbol, 10_000);
      expect(market.quoteAt(symbol, 9_999)).toEqual(market.lastPriceAt(symbol, 9_999));
      for (const elapsedMs of [10_000, 15_000, 19_999]) {
        expect(market.quoteAt(symbol, elapsedMs)).toBeUndefined();
        expect(market.lastPriceAt(symbol, elapsedMs)).toEqual(before);
      }
    }
    expect(market.updatesPerSecond().slice(10, 20)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(market.volatilityPerSecond().slice(10, 20)).toEqual(Array.from({ length: 10 }, () => 0));
  });

  test("ends with a print of every symbol and a burst that dies down", () => {
    for (const symbol of market.symbols) {
      expect(market.quoteAt(symbol, 21_000)!.elapsedMs).toBeGreaterThanOrEqual(20_000);
    }
    const updates = market.updatesPerSecond();
    expect(updates[20]).toBeGreaterThanOrEqual(40);
    expect(meanOf(updates.slice(20, 30))).toBeGreaterThan(2 * meanOf(updates.slice(100, 120)));
    const nervous = rootMeanSquare(market.volatilityPerSecond().slice(20, 30));
    const settled = rootMeanSquare(market.volatilityPerSecond().slice(90, 120));
    expect(nervous).toBeGreaterThan(1.5 * settled);
  });
});

test("the same seed gives the same market, another seed another", () => {
  const spec = specOf([{ regime: "active", seconds: 60 }]);
  const [first, again, other] = [1, 1, 2].map((seed) =>
    createMarket(spec, 60_000, createRng(seed)),
  );
  const quotes = (market: Market) => market.symbols.map((symbol) => market.quoteAt(symbol, 59_000));
  expect(quotes(again!)).toEqual(quotes(first!));
  expect(again!.updatesPerSecond()).toEqual(first!.updatesPerSecond());
  expect(quotes(other!)).not.toEqual(quotes(first!));
});

test("opening prices belong to the symbols, not to the seed or the regime", () => {
  const opening = (seed: number, regime: Regime) => {
    const market = createMarket(specOf([{ regime, seconds: 60 }]), 60_000, createRng(seed));
    return market.symbols.map((symbol) => market.lastPriceAt(symbol, -1).price);
  };
  expect(opening(1, "calm")).toEqual(opening(2, "flash-crash"));
  expect(opening(1, "halt")).toEqual(marketSymbols(40).map((one) => one.openingPrice.toFixed(2)));
});

test("a symbol that is not listed is refused by name", () => {
  const market = createMarket(specOf([{ regime: "calm", seconds: 60 }]), 60_000, createRng(1));
  expect(() => market.lastPriceAt("NOPE", 0)).toThrow("the market does not list NOPE");
  // Trades of an earlier phase may still be open in it: there is nothing to value them with.
  expect(market.quoteAt("NOPE", 0)).toBeUndefined();
});

const regimes: readonly Regime[] = [
  "calm",
  "active",
  "high-volatility",
  "flash-crash",
  "halt",
  "re-open",
];

test("law: prices are positive decimals, quotes never from the future, missing in halts only", () => {
  const spec = fc.record({
    symbols: fc.integer({ min: 1, max: 60 }),
    correlation: fc.double({ min: 0, max: 1, noNaN: true }),
    regimes: fc.array(
      fc.record({
        regime: fc.constantFrom(...regimes),
        seconds: fc.double({ min: 0.01, max: 40, noNaN: true }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  });
  const moments = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { maxLength: 20 });
  const law = fc.property(spec, fc.integer(), moments, (spec, seed, moments) => {
    const market = createMarket(spec, 60_000, createRng(seed));
    for (const symbol of market.symbols) {
      for (const [early, late] of pairsInOrder(moments)) {
        const earlier = market.lastPriceAt(symbol, early);
        const later = market.lastPriceAt(symbol, late);
        expect(later.price).toMatch(/^([1-9]\d*\.\d{2}|0\.(?!0000)\d{4})$/);
        expect(later.elapsedMs).toBeLessThanOrEqual(late);
        // The later quote either came in between or is the earlier one.
        expect(later.elapsedMs > early || later.elapsedMs === earlier.elapsedMs).toBe(true);
        const isHalted = market.regimeAt(late) === "halt";
        expect(market.quoteAt(symbol, late)).toEqual(isHalted ? undefined : later);
      }
    }
    expect(market.updatesPerSecond()).toHaveLength(60);
  });
  fc.assert(law, { numRuns: 30 });
});

function pairsInOrder(moments: readonly number[]): readonly (readonly [number, number])[] {
  const ordered = moments.toSorted((a, b) => a - b);
  return ordered.slice(1).map((late, index) => [ordered[index]!, late]);
}

test("a day of crashes one after another stays bounded and positive", () => {
  const market = createMarket(
    specOf([{ regime: "flash-crash", seconds: 60 }], 0.6, 4),
    3_600_000,
    createRng(1),
  );
  for (const symbol of market.symbols) {
    // 60 crashes of 20% without recovery would leave a millionth.
    expect(priceAt(market, symbol, 3599)).toBeGreaterThan(priceAt(market, symbol, 0) / 10);
  }
});
