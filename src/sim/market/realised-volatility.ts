import type { FactorPath } from "./factor-path.ts";
import { TRADING_SECONDS_PER_YEAR } from "./regime-profile.ts";

/**
 * Annualised volatility of the common factor in each second, crashes included: the root of the
 * second's summed squared returns times the seconds of a trading year.
 */
export function realisedVolatility(path: FactorPath, durationMs: number): readonly number[] {
  const sums = new Float64Array(Math.ceil(durationMs / 1000));
  const steps = path.factor.length - 1;
  for (let step = 0; step < steps; step += 1) {
    const second = Math.floor((step * path.stepMs) / 1000);
    sums[second] = (sums[second] ?? 0) + (levelAt(path, step + 1) - levelAt(path, step)) ** 2;
  }
  return Array.from(sums, (sum) => Math.sqrt(sum * TRADING_SECONDS_PER_YEAR));
}

function levelAt(path: FactorPath, step: number): number {
  return (path.factor[step] ?? 0) + (path.crash[step] ?? 0);
}
