import { Big } from "big.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { moneyString, notionalString, percentString, priceString, totalString } from "./decimal.ts";
import { compareDecimals, notional, profitAndLoss, reachesLimit, sum } from "./money.ts";

describe("profitAndLoss", () => {
  test.each([
    // side, quantity, entry, price, P&L, per cent
    ["BUY", "3", "10.00", "10.10", "0.30", "1.0000"],
    ["SELL", "3", "10.00", "10.10", "-0.30", "-1.0000"],
    // 0.1 + 0.2 in binary would end in …04: decimals do not.
    ["BUY", "1", "0.1", "0.3", "0.20", "200.0000"],
    // Half a cent rounds away from zero, on both sides.
    ["BUY", "0.5", "1.00", "1.01", "0.01", "1.0000"],
    ["SELL", "0.5", "1.00", "1.01", "-0.01", "-1.0000"],
    // A loss too small for a cent is no "-0.00".
    ["SELL", "0.1", "1.00", "1.01", "0.00", "-1.0000"],
    // The most that valid fields come to: 18 digits of money, 17 of per cent.
    [
      "BUY",
      "999999999.999999",
      "0.000001",
      "999999999.999999",
      "999999999999997000.00",
      "99999999999999800.0000",
    ],
  ] as const)("%s %s at %s, now %s: %s (%s %%)", (side, quantity, entry, price, pnl, percent) => {
    expect(profitAndLoss(side, quantity, entry, price)).toEqual({ pnl, percent });
  });

  test("what a buyer gains a seller loses", () => {
    const cents = fc.integer({ min: 1, max: 1_000_000 }).map((value) => (value / 100).toFixed(2));
    fc.assert(
      fc.property(cents, cents, cents, (quantity, entry, price) => {
        const bought = profitAndLoss("BUY", quantity, entry, price).pnl;
        const sold = profitAndLoss("SELL", quantity, entry, price).pnl;
        expect(sum([bought, sold])).toBe("0.00");
      }),
    );
  });
});

/** Quantities and prices, which have the same form: up to nine digits and six decimals. */
const valid = fc
  .tuple(fc.bigInt({ min: 0n, max: 999_999_999n }), fc.integer({ min: 0, max: 999_999 }))
  .map(([whole, millionths]) => `${whole}.${String(millionths).padStart(6, "0")}`)
  .filter((text) => priceString.safeParse(text).success);
const extreme = fc.constantFrom("999999999.999999", "0.000001", "1");
const field = fc.oneof(valid, extreme);

test("law: whatever is computed of valid fields is valid", () => {
  const trade = fc.tuple(fc.constantFrom("BUY", "SELL"), field, field, field);
  fc.assert(
    fc.property(trade, fc.array(trade, { maxLength: 20 }), (one, others) => {
      const pnls = [one, ...others].map(([side, quantity, entry, price]) => {
        const { pnl, percent } = profitAndLoss(side, quantity, entry, price);
        expect(moneyString.parse(pnl)).toBe(pnl);
        expect(percentString.parse(percent)).toBe(percent);
        expect(notionalString.safeParse(notional(quantity, price)).success).toBe(true);
        return pnl;
      });
      expect(totalString.safeParse(sum(["999999999999999999.99", ...pnls])).success).toBe(true);
    }),
  );
});

test("sums and products keep cents exact", () => {
  expect(sum(Array.from({ length: 10 }, () => "0.10"))).toBe("1.00");
  expect(sum([])).toBe("0.00");
  expect(notional("3", "33.333")).toBe("100.00");
});

test("decimals compare as numbers, not as text", () => {
  expect(compareDecimals("-9.5", "-10")).toBeGreaterThan(0);
  expect(compareDecimals("10.0", "10")).toBe(0);
});

describe("law: short amounts come out as decimals of any length do", () => {
  const places = fc.integer({ min: 0, max: 7 });
  const decimal = (max: number) =>
    fc.tuple(fc.integer({ min: 0, max }), places).map(([units, after]) => {
      return new Big(units).div(new Big(10).pow(after)).toFixed(after);
    });
  const short = fc.oneof(decimal(2_000_000), decimal(Number.MAX_SAFE_INTEGER));
  const signed = fc.tuple(fc.boolean(), short).map(([minus, text]) => (minus ? `-${text}` : text));
  const money = (value: Big, after: number): string =>
    value.toFixed(after).replace(/^-(0\.0+)$/, "$1");

  test("sums and comparisons", () => {
    fc.assert(
      fc.property(fc.array(signed, { maxLength: 6 }), signed, signed, (amounts, left, right) => {
        const total = amounts.reduce((before, amount) => before.plus(amount), new Big(0));
        expect(sum(amounts)).toBe(money(total, 2));
        expect(compareDecimals(left, right)).toBe(new Big(left).cmp(right));
        const limit = right.replace("-", "");
        const [value, most] = [new Big(left), new Big(limit)];
        expect(reachesLimit(left, limit, "1")).toBe(value.lte(most.neg()) || value.gte(1));
        expect(reachesLimit(left, "1", limit)).toBe(value.lte(-1) || value.gte(most));
      }),
      { numRuns: 2000 },
    );
  });

  test("notionals, profits and losses", () => {
    const positive = short.filter((text) => new Big(text).gt(0));
    fc.assert(
      fc.property(positive, positive, positive, (quantity, entry, price) => {
        expect(notional(quantity, price)).toBe(new Big(quantity).times(price).toFixed(2));
        const move = new Big(price).minus(entry);
        const { pnl, percent } = profitAndLoss("BUY", quantity, entry, price);
        expect(pnl).toBe(money(move.times(quantity), 2));
        expect(percent).toBe(money(move.times(100).div(entry), 4));
      }),
      { numRuns: 5000 },
    );
  });
});
