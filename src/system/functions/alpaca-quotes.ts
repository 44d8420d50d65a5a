import Decimal from "big.js";
import { z } from "zod";
import type { Quote, QuoteSource } from "../pulse/quotes.ts";

export interface AlpacaOptions {
  /** https://data.alpaca.markets, or a stand-in for it. */
  readonly baseUrl: string;
  readonly keyId: string;
  readonly secret: string;
  readonly deadlineMs?: number;
}

const DEFAULT_DEADLINE_MS = 5000;

/** Symbols in one request: keeps the address well under the 8 kB that servers commonly take. */
const SYMBOLS_MAX = 500;

/** Digits kept of a price: quotes have two to six. */
const PRICE_PLACES = 6;
const PRICE_PLACES_MIN = 2;

/** The part of the answer that is used: price and time of the last trade of each symbol. */
const answerSchema = z.object({
  trades: z.record(
    z.string(),
    z.object({ p: z.number().nonnegative(), t: z.iso.datetime({ offset: true }) }),
  ),
});

/**
 * The latest trades from the broker's market data service
 * (https://docs.alpaca.markets/reference/stocklatesttrades). A symbol it does not know is left out.
 */
export function createAlpacaQuotes(options: AlpacaOptions): QuoteSource {
  return {
    latest: async (symbols) => {
      const pages: (readonly string[])[] = [];
      for (let first = 0; first < symbols.length; first += SYMBOLS_MAX) {
        pages.push(symbols.slice(first, first + SYMBOLS_MAX));
      }
      const quotes = await Promise.all(pages.map((page) => fetchPage(options, page)));
      return new Map(quotes.flat().map((quote) => [quote.symbol, quote]));
    },
  };
}

async function fetchPage(
  { baseUrl, keyId, secret, deadlineMs = DEFAULT_DEADLINE_MS }: AlpacaOptions,
  symbols: readonly string[],
): Promise<readonly Quote[]> {
  const url = new URL("/v2/stocks/trades/latest", baseUrl);
  url.searchParams.set("symbols", symbols.join(","));
  const response = await fetch(url, {
    headers: { "APCA-API-KEY-ID": keyId, "APCA-API-SECRET-KEY": secret },
    signal: AbortSignal.timeout(deadlineMs),
  });
  if (!response.ok) {
    throw new Error(`quotes: ${url.origin} answered ${response.status} ${response.statusText}`);
  }
  const parsed = answerSchema.safeParse(await response.json());
  if (!parsed.success) {
    const fault = parsed.error.issues[0];
    throw new Error(`quotes: ${url.origin}: ${fault?.path.join(".")}: ${fault?.message}`);
  }
  return Object.entries(parsed.data.trades).map(([symbol, trade]) => ({
    symbol,
    price: toPrice(trade.p),
    atMs: Date.parse(trade.t),
  }));
}

/** A decimal string of two to six places: 126.5 becomes "126.50". */
function toPrice(price: number): string {
  const rounded = new Decimal(price).round(PRICE_PLACES);
  const places = rounded.toFixed().split(".")[1]?.length ?? 0;
  return rounded.toFixed(Math.max(PRICE_PLACES_MIN, places));
}
