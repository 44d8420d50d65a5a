import { expect, test } from "vitest";
import { formatPriceUnits, toPriceUnits } from "./price-units.ts";

test.each([
  { price: 187.254, text: "187.25", why: "cents from 1.00 on" },
  { price: 187.256, text: "187.26", why: "rounded to the nearest" },
  { price: 40, text: "40.00", why: "always two places" },
  { price: 1, text: "1.00", why: "1.00 itself has two places" },
  { price: 0.99996, text: "1.00", why: "rounded up into cents" },
  { price: 0.87314, text: "0.8731", why: "four places below 1.00" },
  { price: 0.00001, text: "0.0001", why: "never 0" },
  { price: 1e12, text: "400000.00", why: "bounded, so that it fits its 32 bits" },
])("$price is quoted as $text: $why", ({ price, text }) => {
  expect(formatPriceUnits(toPriceUnits(price))).toBe(text);
});
