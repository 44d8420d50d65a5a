import { assert } from "../../std/assert.ts";
import type { Rng } from "../../std/rng.ts";
import type { MarketSpec, Regime } from "../config/scenario.ts";
import { MARKET_DURATION_MAX_MS } from "./create-market.ts";
import { MarketFileError } from "./market-file-error.ts";
import type { MarketRow } from "./market-file.ts";
import type { Market } from "./market.ts";
import { createPriceBook } from "./price-book.ts";
import { realisedVolatility } from "./realised-volatility.ts";
import { layOut } from "./recording.ts";
import { REGIME_PROFILES } from "./regime-profile.ts";
import { marketSymbols } from "./symbols.ts";
import type { MarketSymbol } from "./symbols.ts";
import { UpdateList } from "./update-list.ts";
import { createWeightedPick } from "./weighted-pick.ts";

/** Updates a run may replay; each takes eight bytes and a price of its own. */
const UPDATES_MAX = 20_000_000;
/** Below this a symbol's own moves would drown the recording it is to follow. */
const CORRELATION_MIN = 0.2;

/**
 * A market that follows a recording: every symbol's log price moves as the recorded one does, plus
 * moves of its own that bring its correlation with the recording to the spec's. Updates come
 * second for second as recorded, shared out over the symbols. Regimes are read off the volatility
 * of the recording; those of the spec are not used, and trading never halts.
 */
export function createReplayMarket(
  rows: readonly MarketRow[],
  spec: MarketSpec,
  durationMs: number,
  rng: Rng,
): Market {
  assert(
    durationMs > 0 && durationMs <= MARKET_DURATION_MAX_MS,
    `a market of ${durationMs} ms: expected more than 0 and at most ${MARKET_DURATION_MAX_MS}`,
  );
  const { path, updatesPerSecond, localVolatility } = layOut(rows, durationMs);
  refuseTooMany(updatesPerSecond);
  const symbols = marketSymbols(spec.symbols);
  const updates = spread(updatesPerSecond, symbols, rng.fork("updates"));
  const correlation = Math.max(CORRELATION_MIN, spec.correlation);
  const exposure = { factor: 1, crash: 0, own: Math.sqrt(1 / correlation ** 2 - 1) };
  const book = createPriceBook({ symbols, updates, path, exposureOf: () => exposure }, rng);
  const volatilityPerSecond = realisedVolatility(path, durationMs);
  return {
    symbols: symbols.map(({ ticker }) => ticker),
    quoteAt: book.quoteAt,
    lastPriceAt: book.lastAt,
    regimeAt: (elapsedMs) => {
      const second = Math.min(Math.floor(elapsedMs / 1000), localVolatility.length - 1);
      return nearestRegime(localVolatility[second] ?? 0);
    },
    updatesPerSecond: () => updatesPerSecond,
    volatilityPerSecond: () => volatilityPerSecond,
  };
}

function refuseTooMany(updatesPerSecond: readonly number[]): void {
  const total = updatesPerSecond.reduce((sum, count) => sum + count, 0);
  if (total <= UPDATES_MAX) return;
  throw new MarketFileError(
    `the recording has ${total} updates in the ${updatesPerSecond.length} seconds of the run, ` +
      `at most ${UPDATES_MAX} are allowed`,
    "Shorten the run, or record fewer updates a second.",
  );
}

/** Scatters each second's updates evenly over it and over the symbols by weight. */
function spread(
  updatesPerSecond: readonly number[],
  symbols: readonly MarketSymbol[],
  rng: Rng,
): UpdateList {
  const pickSymbol = createWeightedPick(symbols.map(({ weight }) => weight));
  const updates = new UpdateList();
  for (const [second, count] of updatesPerSecond.entries()) {
    for (let left = count; left > 0; left -= 1) {
      updates.add(second * 1000 + rng.integer(0, 999), pickSymbol(rng));
    }
  }
  return updates;
}

/** The regime whose volatility is nearest, by ratio. */
function nearestRegime(annualVolatility: number): Regime {
  const regimes = ["calm", "active", "high-volatility"] as const;
  const distance = (regime: Regime) =>
    Math.abs(Math.log(annualVolatility / REGIME_PROFILES[regime].annualVolatility));
  return regimes.reduce((best, next) => (distance(next) < distance(best) ? next : best));
}
