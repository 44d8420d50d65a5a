import { assert } from "../../std/assert.ts";
import type { Rng } from "../../std/rng.ts";
import type { MarketSpec } from "../config/scenario.ts";
import { createUpdates } from "./create-updates.ts";
import { createFactorPath } from "./factor-path.ts";
import type { Market } from "./market.ts";
import { createPriceBook } from "./price-book.ts";
import type { Exposure } from "./price-book.ts";
import { realisedVolatility } from "./realised-volatility.ts";
import { marketSymbols } from "./symbols.ts";
import type { MarketSymbol } from "./symbols.ts";
import { createTimeline } from "./timeline.ts";

/** Longest market; its times in milliseconds fit 32 bits. */
export const MARKET_DURATION_MAX_MS = 86_400_000;

/** Makes up a market; docs/market.md describes the model. */
export function createMarket(spec: MarketSpec, durationMs: number, rng: Rng): Market {
  assert(
    durationMs > 0 && durationMs <= MARKET_DURATION_MAX_MS,
    `a market of ${durationMs} ms: expected more than 0 and at most ${MARKET_DURATION_MAX_MS}`,
  );
  const timeline = createTimeline(spec.regimes);
  const symbols = marketSymbols(spec.symbols);
  const { path, activity } = createFactorPath(timeline, durationMs, rng);
  const updates = createUpdates(activity, symbols, durationMs, rng);
  const updatesPerSecond = updates.countsPerSecond(durationMs);
  const volatilityPerSecond = realisedVolatility(path, durationMs);
  const exposureOf = (symbol: MarketSymbol) => exposureTo(symbol, spec.correlation);
  const book = createPriceBook({ symbols, updates, path, exposureOf }, rng);
  const regimeAt = (elapsedMs: number) => timeline.segmentAt(elapsedMs).regime;
  return {
    symbols: symbols.map(({ ticker }) => ticker),
    quoteAt: (symbol, elapsedMs) =>
      regimeAt(elapsedMs) === "halt" ? undefined : book.quoteAt(symbol, elapsedMs),
    lastPriceAt: book.lastAt,
    regimeAt,
    updatesPerSecond: () => updatesPerSecond,
    volatilityPerSecond: () => volatilityPerSecond,
  };
}

/**
 * With β the symbol's volatility multiple and ρ the correlation: its return is
 * β × (ρ × factor + √(1 - ρ²) × own), which correlates by ρ with the factor and by ρ² with other
 * symbols. A crash takes every symbol along, whatever ρ.
 */
function exposureTo({ volatilityMultiple }: MarketSymbol, correlation: number): Exposure {
  return {
    factor: volatilityMultiple * correlation,
    crash: volatilityMultiple,
    own: volatilityMultiple * Math.sqrt(1 - correlation ** 2),
  };
}
