import { describe, expect, test } from "vitest";
import {
  ABOVE_ZERO,
  EMAIL_ADDRESSES,
  GAINS,
  NOTIONALS,
  PERCENT_LIMITS,
  SYMBOLS,
} from "../../../tests/setup/value-samples.ts";
import {
  moneyString,
  notionalString,
  percentLimitString,
  percentString,
  priceString,
  quantityString,
  totalString,
} from "./decimal.ts";
import { emailAddress } from "./email-address.ts";
import { tickerSymbol } from "./symbol.ts";

describe.each([
  ["a quantity", quantityString, ABOVE_ZERO],
  ["a price", priceString, ABOVE_ZERO],
  ["an amount of money", moneyString, GAINS],
  ["per cent", percentString, GAINS],
  ["a notional", notionalString, NOTIONALS],
  ["a limit in per cent", percentLimitString, PERCENT_LIMITS],
  ["a symbol", tickerSymbol, SYMBOLS],
  ["an e-mail address", emailAddress, EMAIL_ADDRESSES],
])("%s", (_what, schema, { good, bad }) => {
  test.each(good)("may be %j", (value) => {
    expect(schema.safeParse(value).success).toBe(true);
  });

  test.each(bad)("may not be %j", (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});

test("a total has room for a million amounts of money", () => {
  const total = String(999_999_999_999_999_999n * 1_000_000n);
  expect(totalString.parse(total)).toBe(total);
  expect(totalString.safeParse("1".repeat(25)).success).toBe(false);
});
