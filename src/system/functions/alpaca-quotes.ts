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

/**
 * What a listed symbol looks like, with its class or series: BRK.B, BAC.PRB. The service may
 * refuse a whole request for one symbol that it cannot read.
 */
const SYMBOL = /^[A-Z]{1,6}(\.[A-Z]{1,4})?$/;

/** The part of the answer that is used: price and time of the last trade of each symbol. */
const answerSchema = z.object({
  trades: z.record(z.string(), z.object({ p: z.number(), t: z.iso.datetime({ offset: true }) })),
});

/**
 * The latest trades from the broker's market data service
 * (https://docs.alpaca.markets/reference/stocklatesttrades). Left out are symbols it does not know,
 * what cannot be a symbol, and prices that are not positive: one of them must not cost the others
 * of its request their quotes.
 */
export function createAlpacaQuotes(options: AlpacaOptions): QuoteSource {
  return {
    latest: async (symbols) => {
      const listed = symbols.filter((symbol) => SYMBOL.test(symbol));
      const pages: (readonly string[])[] = [];
      for (let first = 0; first < listed.length; first += SYMBOLS_MAX) {
        pages.push(listed.slice(first, first + SYMBOLS_MAX));
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
  return Object.entries(parsed.data.trades).flatMap(([symbol, trade]) => {
    const price = toPrice(trade.p);
    return price === undefined ? [] : [{ symbol, price, atMs: Date.parse(trade.t) }];
  });
}

/** A decimal string of two to six places, 126.5 becomes "126.50"; undefined unless positive. */
function toPrice(price: number): string | undefined {
  const rounded = new Decimal(price).round(PRICE_PLACES);
  if (rounded.lte(0)) return undefined;
  const places = rounded.toFixed().split(".")[1]?.length ?? 0;
  return rounded.toFixed(Math.max(PRICE_PLACES_MIN, places));
}
