import { Big } from "big.js";
import { decimalText } from "../../std/decimal-text.ts";
import type { Side } from "./tenant.ts";

/** Decimal places kept of amounts of money and of percentages. */
const MONEY_PLACES = 2;
const PERCENT_PLACES = 4;

/** quantity × price, in money. */
export function notional(quantity: string, price: string): string {
  const product = millionths(quantity) * millionths(price);
  if (isExact(product)) return decimalText(rounded(product, MONEY_OF_PRODUCT), MONEY_PLACES);
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
  return (
    shortProfitAndLoss(side, quantity, entryPrice, price) ??
    longProfitAndLoss(side, quantity, entryPrice, price)
  );
}

/** undefined where whole numbers do not go far enough. */
function shortProfitAndLoss(
  side: Side,
  quantity: string,
  entryPrice: string,
  price: string,
): ProfitAndLoss | undefined {
  const entry = millionths(entryPrice);
  const move = side === "BUY" ? millionths(price) - entry : entry - millionths(price);
  const product = move * millionths(quantity);
  const scaled = move * PERCENT_OF_SHARE;
  if (!isExact(product) || !isExact(scaled) || entry === 0) return undefined;
  return {
    pnl: decimalText(rounded(product, MONEY_OF_PRODUCT), MONEY_PLACES),
    percent: decimalText(rounded(scaled, entry), PERCENT_PLACES),
  };
}

function longProfitAndLoss(
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
  let short = 0;
  for (const amount of amounts) short += millionths(amount);
  if (isExact(short)) return decimalText(rounded(short, MONEY_OF_MILLIONTHS), MONEY_PLACES);
  let total = new Big(0);
  for (const amount of amounts) total = total.plus(amount);
  return normalize(total, MONEY_PLACES);
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareDecimals(left: string, right: string): number {
  const short = millionths(left) - millionths(right);
  if (isExact(short)) return Math.sign(short);
  return new Big(left).cmp(right);
}

/** Whether a gain in per cent has reached the limit of a loss, or that of a gain. */
export function reachesLimit(percent: string, lossLimit: string, gainLimit: string): boolean {
  return compareDecimals(percent, `-${lossLimit}`) <= 0 || compareDecimals(percent, gainLimit) >= 0;
}

/** Fixed places, and no "-0.00". */
function normalize(value: Big, places: number): string {
  const text = value.toFixed(places);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text;
}

/*
 * Most amounts are short: in millionths they are whole numbers that a double holds exactly, and whole
 * numbers can be multiplied, divided with a rest and rounded without leaving them. That is a tenth of
 * the time of decimals of any length, which serve wherever a step would not be exact.
 */

/** Millionths of millionths to a cent. */
const MONEY_OF_PRODUCT = 10 ** 10;
const MONEY_OF_MILLIONTHS = 10 ** 4;
/** A share of one in ten-thousandths of a per cent. */
const PERCENT_OF_SHARE = 10 ** 6;

const DIGITS_MAX = 15;
const TENS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000] as const;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;

/** A plain decimal of up to six places, in millionths; NaN when it is none, or too long to be exact. */
function millionths(text: string): number {
  const first = text.charCodeAt(0) === MINUS ? 1 : 0;
  let value = 0;
  let digits = 0;
  let places = -1;
  for (let index = first; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === POINT && places === -1) {
      places = 0;
      continue;
    }
    const digit = code - ZERO;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
    digits += 1;
    if (places >= 0) places += 1;
  }
  const scale = TENS[6 - Math.max(0, places)];
  if (digits === 0 || digits > DIGITS_MAX || scale === undefined) return NaN;
  return first === 1 ? -value * scale : value * scale;
}

function isExact(value: number): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER;
}

/** The quotient of whole numbers, rounded half away from zero. */
function rounded(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  const quotient = (dividend - rest) / divisor;
  return Math.abs(rest) * 2 >= divisor ? quotient + Math.sign(dividend) : quotient;
}
