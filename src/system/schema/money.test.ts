import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareDecimals, notional, profitAndLoss, sum } from "./money.ts";

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
    ["BUY", "5", "0", "2.00", "10.00", "0.0000"],
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

test("sums and products keep cents exact", () => {
  expect(sum(Array.from({ length: 10 }, () => "0.10"))).toBe("1.00");
  expect(sum([])).toBe("0.00");
  expect(notional("3", "33.333")).toBe("100.00");
});

test("decimals compare as numbers, not as text", () => {
  expect(compareDecimals("-9.5", "-10")).toBeGreaterThan(0);
  expect(compareDecimals("10.0", "10")).toBe(0);
});
