import type { Regime } from "../config/scenario.ts";

/** A simulated market: pure, fixed by its spec and random stream. Times are from its opening. */
export interface Market {
  readonly symbols: readonly string[];
  /**
   * The last update of a symbol at or before the moment; undefined before its first one, while
   * trading is halted, and of a symbol that is not listed: an earlier phase's market may have had it.
   */
  quoteAt(symbol: string, elapsedMs: number): MarketQuote | undefined;
  /**
   * The price at a moment whether or not trading is halted: what a data check compares with. Throws
   * a RangeError for a symbol that is not listed.
   */
  lastPriceAt(symbol: string, elapsedMs: number): MarketQuote;
  regimeAt(elapsedMs: number): Regime;
  /** Price updates of all symbols in each whole second. */
  updatesPerSecond(): readonly number[];
  /** Annualised volatility in each whole second, as realised over the common factor. */
  volatilityPerSecond(): readonly number[];
}

export interface MarketQuote {
  /** Decimal string of two places (four below 1.00). */
  readonly price: string;
  readonly elapsedMs: number;
}
