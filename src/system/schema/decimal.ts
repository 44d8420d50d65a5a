import { z } from "zod";
import { withQuickCheck, type QuickCheck } from "./quick-check.ts";

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

/** Digits after the point. */
const PLACES_MAX = 6;

/** How many shares: above zero. */
export const quantityString = decimal(
  { wholeDigitsMax: 9, mayBeZero: false },
  'expected a quantity above zero such as "12.5"',
);

/** A price: above zero, since gains are counted in per cent of it. */
export const priceString = decimal(
  { wholeDigitsMax: 9, mayBeZero: false },
  'expected a price above zero such as "12.50"',
);

/** An amount of money, negative for a loss. */
export const moneyString = decimal(
  { wholeDigitsMax: 18, mayBeNegative: true },
  'expected an amount of money such as "-12.50"',
);

/** quantity × price: zero when it rounds to nothing, never negative. */
export const notionalString = decimal(
  { wholeDigitsMax: 18 },
  'expected an amount of zero or more such as "12.50"',
);

/** A total of many amounts of money. */
export const totalString = decimal(
  { wholeDigitsMax: 24, mayBeNegative: true },
  'expected a total of money such as "-12.50"',
);

/** A gain in per cent, negative for a loss. */
export const percentString = decimal(
  { wholeDigitsMax: 18, mayBeNegative: true },
  'expected per cent such as "-2.5"',
);

/** A limit in per cent that a gain or a loss may reach. */
export const percentLimitString = decimal(
  { wholeDigitsMax: 9 },
  'expected per cent of zero or more such as "2.5"',
);

interface DecimalKind {
  readonly wholeDigitsMax: number;
  readonly mayBeNegative?: boolean;
  readonly mayBeZero?: boolean;
}

/** A kind's schema, and its quick check beside it. */
function decimal(kind: DecimalKind, message: string): z.ZodString {
  return withQuickCheck(z.string().regex(patternOf(kind), message), isDecimal(kind));
}

function patternOf({ wholeDigitsMax, mayBeNegative, mayBeZero = true }: DecimalKind): RegExp {
  const sign = mayBeNegative === true ? "-?" : "";
  const aboveZero = mayBeZero ? "" : "(?=.*[1-9])";
  return new RegExp(`^${sign}${aboveZero}\\d{1,${wholeDigitsMax}}(\\.\\d{1,${PLACES_MAX}})?$`);
}

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;

function isDecimal({
  wholeDigitsMax,
  mayBeNegative = false,
  mayBeZero = true,
}: DecimalKind): QuickCheck {
  return (text) => {
    if (typeof text !== "string") return false;
    const { length } = text;
    const first = mayBeNegative && text.charCodeAt(0) === MINUS ? 1 : 0;
    let point = length;
    let isZero = true;
    for (let index = first; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code === POINT && point === length) point = index;
      else if (code < ZERO || code > NINE) return false;
      else if (code !== ZERO) isZero = false;
    }
    const wholeDigits = point - first;
    if (wholeDigits < 1 || wholeDigits > wholeDigitsMax) return false;
    const places = length - point - 1;
    return places !== 0 && places <= PLACES_MAX && (mayBeZero || !isZero);
  };
}
