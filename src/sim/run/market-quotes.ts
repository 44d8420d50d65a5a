import type { Clock } from "../../std/clock.ts";
import type { Quote, QuoteSource } from "../../system/pulse/quotes.ts";
import type { Market } from "../market/market.ts";

/** A market that has opened: its times are tied to both clocks. */
export interface OpenMarket {
  readonly market: Market;
  readonly openedMonotonicMs: number;
  /** Whole milliseconds, so that a quote's time survives being stored. */
  readonly openedWallMs: number;
}

/** Opens the market at a moment of the monotonic clock, which may lie a little ahead. */
export function openMarket(clock: Clock, market: Market, atMs: number): OpenMarket {
  const openedWallMs = Math.round(clock.wallMs() + (atMs - clock.monotonicMs()));
  return { market, openedMonotonicMs: atMs, openedWallMs };
}

/** The market as the service's price feed: what it last said when it is asked. */
export function quotesOf(clock: Clock, open: OpenMarket): QuoteSource {
  const latest = (symbols: readonly string[]): ReadonlyMap<string, Quote> => {
    const elapsedMs = Math.max(0, clock.monotonicMs() - open.openedMonotonicMs);
    const quotes = new Map<string, Quote>();
    for (const symbol of symbols) {
      const quote = open.market.quoteAt(symbol, elapsedMs);
      if (quote === undefined) continue;
      quotes.set(symbol, { symbol, price: quote.price, atMs: open.openedWallMs + quote.elapsedMs });
    }
    return quotes;
  };
  return { latest: (symbols) => Promise.resolve(latest(symbols)) };
}

/** The price a past quote's time stands for, over all markets a run has opened. */
export function priceAt(
  markets: readonly OpenMarket[],
  symbol: string,
  wallMs: number,
): string | undefined {
  const open = markets.findLast(({ openedWallMs }) => openedWallMs <= wallMs);
  return open?.market.lastPriceAt(symbol, wallMs - open.openedWallMs).price;
}
