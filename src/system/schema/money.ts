import { Big } from "big.js";
import type { Side } from "./tenant.ts";

/** Decimal places kept of amounts of money and of percentages. */
const MONEY_PLACES = 2;
const PERCENT_PLACES = 4;

/** quantity × price, in money. */
export function notional(quantity: string, price: string): string {
  return new Big(quantity).times(price).toFixed(MONEY_PLACES);
}

export interface ProfitAndLoss {
  readonly pnl: string;
  /** Per cent of the entry's value. */
  readonly percent: string;
}

/**
 * Profit or loss of a position at a price: (price - entry) × quantity, negated for a SELL (short).
 * Rounds half away from zero to cents. The entry price is above zero, as the schema says.
 */
export function profitAndLoss(
  side: Side,
  quantity: string,
  entryPrice: string,
  price: string,
): ProfitAndLoss {
  const entry = new Big(entryPrice);
  const move = side === "BUY" ? new Big(price).minus(entry) : entry.minus(price);
  const percent = move.div(entry).times(100);
  return {
    pnl: normalize(move.times(quantity), MONEY_PLACES),
    percent: normalize(percent, PERCENT_PLACES),
  };
}

/** The sum of amounts, in money. */
export function sum(amounts: readonly string[]): string {
  let total = new Big(0);
  for (const amount of amounts) total = total.plus(amount);
  return normalize(total, MONEY_PLACES);
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareDecimals(left: string, right: string): number {
  return new Big(left).cmp(right);
}

/** Fixed places, and no "-0.00". */
function normalize(value: Big, places: number): string {
  const text = value.toFixed(places);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text;
}
