import { decimalText } from "../../std/decimal-text.ts";

/**
 * Prices are kept as whole ten-thousandths, which fit a Uint32Array up to 429,496.7295 and
 * print exactly. From 1.00 on they move in cents, below it in ten-thousandths.
 */
const UNITS_PER_ONE = 10_000;
const UNITS_PER_CENT = 100;
const PRICE_MAX = 400_000;

/** Rounds to the nearest price that can be quoted; never 0. */
export function toPriceUnits(price: number): number {
  if (price < 1) return Math.max(1, Math.round(price * UNITS_PER_ONE));
  return Math.round((Math.min(price, PRICE_MAX) * UNITS_PER_ONE) / UNITS_PER_CENT) * UNITS_PER_CENT;
}

/** "187.25"; "0.8731" below 1.00. */
export function formatPriceUnits(units: number): string {
  return units < UNITS_PER_ONE ? decimalText(units, 4) : decimalText(units / UNITS_PER_CENT, 2);
}
