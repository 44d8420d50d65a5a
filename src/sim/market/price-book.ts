import type { Rng } from "../../std/rng.ts";
import type { FactorPath } from "./factor-path.ts";
import type { MarketQuote } from "./market.ts";
import { formatPriceUnits, toPriceUnits } from "./price-units.ts";
import type { MarketSymbol } from "./symbols.ts";
import type { UpdateList } from "./update-list.ts";

/** Every update of every symbol with its price. */
export interface PriceBook {
  /** The last update at or before the moment; the opening quote (elapsed 0) before the first. */
  readonly lastAt: (ticker: string, elapsedMs: number) => MarketQuote;
  /** The same; undefined for a symbol that is not listed. */
  readonly quoteAt: (ticker: string, elapsedMs: number) => MarketQuote | undefined;
}

/** How strongly a symbol's log price takes part in each source of movement. */
export interface Exposure {
  readonly factor: number;
  readonly crash: number;
  /** In the symbol's own moves, relative to the factor's volatility. */
  readonly own: number;
}

export interface PriceBookOptions {
  readonly symbols: readonly MarketSymbol[];
  readonly updates: UpdateList;
  readonly path: FactorPath;
  readonly exposureOf: (symbol: MarketSymbol) => Exposure;
}

/** One symbol's quotes, oldest first; the opening quote leads. */
interface SymbolQuotes {
  readonly timesMs: Uint32Array;
  readonly priceUnits: Uint32Array;
  /** The one asked for last: the next to be asked for is mostly the same. */
  last: { readonly position: number; readonly quote: MarketQuote };
}

export function createPriceBook(options: PriceBookOptions, rng: Rng): PriceBook {
  const { symbols, updates, path, exposureOf } = options;
  const timesOf = sortedTimes(updates, symbols.length);
  const quotes = new Map<string, SymbolQuotes>();
  for (const [index, symbol] of symbols.entries()) {
    const timesMs = timesOf[index] ?? new Uint32Array(1);
    const own = rng.fork(`symbol/${symbol.ticker}`);
    const priceUnits = priceAll(timesMs, path, symbol.openingPrice, exposureOf(symbol), own);
    const quote = quoteOf(timesMs, priceUnits, 0);
    quotes.set(symbol.ticker, { timesMs, priceUnits, last: { position: 0, quote } });
  }
  return {
    quoteAt(ticker, elapsedMs) {
      const found = quotes.get(ticker);
      return found && lastQuote(found, elapsedMs);
    },
    lastAt(ticker, elapsedMs) {
      const found = quotes.get(ticker);
      if (found === undefined) throw new RangeError(`the market does not list ${ticker}`);
      return lastQuote(found, elapsedMs);
    },
  };
}

/** The times of each symbol's quotes in order, beginning with the opening at 0. */
function sortedTimes(updates: UpdateList, symbolCount: number): readonly Uint32Array[] {
  const counts = new Uint32Array(symbolCount).fill(1);
  for (let index = 0; index < updates.length; index += 1) {
    const symbolIndex = updates.symbolIndexAt(index);
    counts[symbolIndex] = (counts[symbolIndex] ?? 0) + 1;
  }
  const timesOf = Array.from(counts, (count) => new Uint32Array(count));
  const filled = new Uint32Array(symbolCount).fill(1);
  for (let index = 0; index < updates.length; index += 1) {
    const symbolIndex = updates.symbolIndexAt(index);
    const position = filled[symbolIndex] ?? 0;
    const times = timesOf[symbolIndex];
    if (times !== undefined) times[position] = updates.timeMsAt(index);
    filled[symbolIndex] = position + 1;
  }
  for (const times of timesOf) times.sort();
  return timesOf;
}

/** The symbol's price at each of the times. Own moves accrue as the factor's variance does. */
function priceAll(
  timesMs: Uint32Array,
  path: FactorPath,
  openingPrice: number,
  exposure: Exposure,
  rng: Rng,
): Uint32Array {
  const priceUnits = new Uint32Array(timesMs.length);
  let ownLevel = 0;
  let varianceBefore = 0;
  for (const [index, timeMs] of timesMs.entries()) {
    const variance = levelAt(path.variance, timeMs, path.stepMs);
    ownLevel += Math.sqrt(variance - varianceBefore) * rng.normal();
    varianceBefore = variance;
    const logMove =
      exposure.factor * levelAt(path.factor, timeMs, path.stepMs) +
      exposure.crash * levelAt(path.crash, timeMs, path.stepMs) +
      exposure.own * ownLevel;
    priceUnits[index] = toPriceUnits(openingPrice * Math.exp(logMove));
  }
  return priceUnits;
}

/** The level at a moment within a step, on the straight line between its ends. */
function levelAt(levels: Float64Array, timeMs: number, stepMs: number): number {
  const step = Math.floor(timeMs / stepMs);
  const from = levels[step] ?? 0;
  const to = levels[step + 1] ?? from;
  return from + (to - from) * (timeMs / stepMs - step);
}

function lastQuote(quotes: SymbolQuotes, elapsedMs: number): MarketQuote {
  const { timesMs, priceUnits, last } = quotes;
  const { position } = last;
  const isLater = (timesMs[position] ?? 0) <= elapsedMs;
  if (isLater && elapsedMs < (timesMs[position + 1] ?? Infinity)) return last.quote;
  let low = isLater ? position : 0;
  let high = isLater ? timesMs.length - 1 : position;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((timesMs[middle] ?? 0) <= elapsedMs) low = middle;
    else high = middle - 1;
  }
  const quote = quoteOf(timesMs, priceUnits, low);
  quotes.last = { position: low, quote };
  return quote;
}

function quoteOf(timesMs: Uint32Array, priceUnits: Uint32Array, position: number): MarketQuote {
  return {
    price: formatPriceUnits(priceUnits[position] ?? 0),
    elapsedMs: timesMs[position] ?? 0,
  };
}
