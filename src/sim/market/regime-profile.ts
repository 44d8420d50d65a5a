import type { Regime } from "../config/scenario.ts";

/** Seconds of trading in a year: 252 days of 6.5 hours. Volatilities are annualised over it. */
export const TRADING_SECONDS_PER_YEAR = 252 * 6.5 * 3600;

/** What a regime means in figures. docs/market.md gives the reason for each. */
export interface RegimeProfile {
  /** Volatility of the common factor, annualised; 0.12 is 12%. Jumps come on top. */
  readonly annualVolatility: number;
  /** Mean price updates a second over all symbols, before sweeps. */
  readonly updatesPerSecond: number;
  /** Mean time between sweeps: orders that run through the book in one burst of updates. */
  readonly secondsBetweenSweeps: number;
}

export const REGIME_PROFILES: Readonly<Record<Regime, RegimeProfile>> = {
  calm: { annualVolatility: 0.12, updatesPerSecond: 8, secondsBetweenSweeps: 250 },
  active: { annualVolatility: 0.25, updatesPerSecond: 12, secondsBetweenSweeps: 150 },
  "high-volatility": { annualVolatility: 0.8, updatesPerSecond: 20, secondsBetweenSweeps: 100 },
  "flash-crash": { annualVolatility: 1.5, updatesPerSecond: 40, secondsBetweenSweeps: 60 },
  halt: { annualVolatility: 0, updatesPerSecond: 0, secondsBetweenSweeps: Infinity },
  "re-open": { annualVolatility: 0.6, updatesPerSecond: 20, secondsBetweenSweeps: 100 },
};
