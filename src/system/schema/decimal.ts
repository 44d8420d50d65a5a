import { z } from "zod";

/*
 * Decimal numbers kept as text, so that no binary rounding touches money. Each kind has as many
 * digits as the service's own arithmetic (money.ts) needs, so that whatever is computed of valid
 * documents can be read again:
 * - quantity × price < 10⁹ × 10⁹ = 10¹⁸: an amount of money has up to 18 digits before the point;
 * - a gain from the lowest price to the highest is below 10⁹ ÷ 10⁻⁶ × 100 = 10¹⁷ per cent;
 * - what adds up (cash, equity) stays below 10²⁴ for up to a million amounts.
 * firestore.rules states the same limits for what clients write; tests/setup/value-samples.ts
 * holds both to the same samples.
 */

/** How many shares: above zero. */
export const quantityString = aboveZero('expected a quantity above zero such as "12.5"');

/** A price: above zero, since gains are counted in per cent of it. */
export const priceString = aboveZero('expected a price above zero such as "12.50"');

/** An amount of money, negative for a loss. */
export const moneyString = z
  .string()
  .regex(/^-?\d{1,18}(\.\d{1,6})?$/, 'expected an amount of money such as "-12.50"');

/** quantity × price: zero when it rounds to nothing, never negative. */
export const notionalString = z
  .string()
  .regex(/^\d{1,18}(\.\d{1,6})?$/, 'expected an amount of zero or more such as "12.50"');

/** A total of many amounts of money. */
export const totalString = z
  .string()
  .regex(/^-?\d{1,24}(\.\d{1,6})?$/, 'expected a total of money such as "-12.50"');

/** A gain in per cent, negative for a loss. */
export const percentString = z
  .string()
  .regex(/^-?\d{1,18}(\.\d{1,6})?$/, 'expected per cent such as "-2.5"');

/** A limit in per cent that a gain or a loss may reach. */
export const percentLimitString = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, 'expected per cent of zero or more such as "2.5"');

function aboveZero(message: string): z.ZodString {
  return z.string().regex(/^(?=.*[1-9])\d{1,9}(\.\d{1,6})?$/, message);
}
