/** A price of a symbol and when it was struck. */
export interface Quote {
  readonly symbol: string;
  /** Decimal string of two to six places. */
  readonly price: string;
  /** Wall time of the update, milliseconds since 1970. */
  readonly atMs: number;
}

/** Where the pulse takes its prices from: a broker's feed when deployed, the market when simulated. */
export interface QuoteSource {
  /**
   * The latest quote of each symbol. A symbol without one (not listed, or trading is halted) is
   * left out; its trades keep their last P&L.
   */
  latest(symbols: readonly string[]): Promise<ReadonlyMap<string, Quote>>;
}
