import type { Check } from "./result.ts";

const wholeNumber = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const threeDigits = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

/** What stands in a table where there is no figure. */
export const NO_FIGURE = "–";

/** A count: "24,310". */
export function formatCount(count: number): string {
  return wholeNumber.format(count);
}

/** Three digits that carry meaning, or all digits before the point: "0.412", "38.2", "1,842". */
export function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? wholeNumber.format(value) : threeDigits.format(value);
}

/** A latency: "38.2 ms". */
export function formatLatency(latencyMs: number | null): string {
  return latencyMs === null ? NO_FIGURE : `${formatNumber(latencyMs)} ms`;
}

/** A rate: "83.3/s". */
export function formatRate(ratePerSecond: number): string {
  return `${formatNumber(ratePerSecond)}/s`;
}

/** A share of 1 as a percentage; never "100%" for anything short of all of it. */
export function formatShare(share: number): string {
  if (share < 1 && share > 0.999) return ">99.9%";
  return `${threeDigits.format(share * 100)}%`;
}

/** A duration: "420 ms", "12.5 s", "2 min 45 s", "3 h 5 min". */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${formatNumber(durationMs)} ms`;
  if (durationMs < 60_000) return `${threeDigits.format(durationMs / 1000)} s`;
  const seconds = Math.round(durationMs / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * How far a figure lies from its bound, as arithmetic only: which side is the good one is the
 * verdict's to say. "92.4% below", "1,412 ms above" for a bound of 0, "at the bound".
 */
export function formatMargin(check: Check): string {
  if (check.value === null || check.bound === null) return NO_FIGURE;
  const difference = check.value - check.bound;
  if (difference === 0) return "at the bound";
  const side = difference > 0 ? "above" : "below";
  if (check.bound === 0) return `${formatNumber(Math.abs(difference))} ${check.unit} ${side}`;
  return `${formatNumber((Math.abs(difference) / Math.abs(check.bound)) * 100)}% ${side}`;
}
