import type { Clock } from "../../std/clock.ts";
import type { Quote, QuoteSource } from "../../system/pulse/quotes.ts";
import type { Market, MarketQuote } from "../market/market.ts";

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
  /** As last handed out, with the market's own that each was made of. */
  const handedOut = new Map<string, { readonly from: MarketQuote; readonly quote: Quote }>();
  const quoteOf = (symbol: string, from: MarketQuote): Quote => {
    const known = handedOut.get(symbol);
    if (known?.from === from) return known.quote;
    const quote = { symbol, price: from.price, atMs: open.openedWallMs + from.elapsedMs };
    handedOut.set(symbol, { from, quote });
    return quote;
  };
  const latest = (symbols: readonly string[]): ReadonlyMap<string, Quote> => {
    const elapsedMs = Math.max(0, clock.monotonicMs() - open.openedMonotonicMs);
    const quotes = new Map<string, Quote>();
    for (const symbol of symbols) {
      const from = open.market.quoteAt(symbol, elapsedMs);
      if (from !== undefined) quotes.set(symbol, quoteOf(symbol, from));
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
