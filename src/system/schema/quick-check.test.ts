import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import {
  ABOVE_ZERO,
  EMAIL_ADDRESSES,
  GAINS,
  NOTIONALS,
  PERCENT_LIMITS,
  SYMBOLS,
} from "../../../tests/setup/value-samples.ts";
import { DOCUMENT_FAMILIES } from "./catalogue.ts";
import { moneyString, priceString } from "./decimal.ts";
import { documentId, timestamp } from "./document.ts";
import { quickCheckOf } from "./quick-check.ts";
import { tickerSymbol } from "./symbol.ts";
import { shadowTradeSchema, tradingStatusSchema, userSchema, type ShadowTrade } from "./user.ts";

const SAMPLES = [ABOVE_ZERO, EMAIL_ADDRESSES, GAINS, NOTIONALS, PERCENT_LIMITS, SYMBOLS];
const IDS = ["u1", "", ".", "..", "a/b", "__x__", "é", "x".repeat(500), "x".repeat(1501), "a\n"];
const TEXTS = [...SAMPLES.flatMap(({ good, bad }) => [...good, ...bad]), ...IDS];

/** What may stand in a document, well placed or not. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(...TEXTS, "BUY", "OPEN", "paper", "active"),
  fc.constantFrom<unknown>(null, undefined, true, 0, -0, 1, -1, 0.5, NaN, 2 ** 53, [], {}),
  fc.constantFrom<unknown>(new Date(0), new Date(NaN), new Date(1.7e12)),
  fc.string({
    unit: fc.constantFrom("0", "9", ".", "-", "A", "a", "_", "/", "\u0100"),
    maxLength: 30,
  }),
);

const TRADE: ShadowTrade = {
  uid: "u1",
  tenant_id: "acme",
  strategy_id: "s1",
  symbol: "BRK.B",
  side: "BUY",
  status: "OPEN",
  quantity: "12.5",
  entry_price: "100.00",
  last_price: "101.00",
  pnl: "12.50",
  pnl_percent: "1.0000",
  stop_loss_percent: "5",
  take_profit_percent: "10",
  created_at: new Date(0),
  quoted_at: null,
  closed_at: null,
};

/** Whatever the check accepts, the schema accepts, and leaves as it is. */
function agrees(schema: z.ZodType, value: unknown): boolean {
  if (!quickCheckOf(schema)(value)) return true;
  const parsed = schema.safeParse(value);
  return parsed.success && isDeepStrictEqual(parsed.data, value);
}

describe.each(DOCUMENT_FAMILIES)("the quick check of $name", ({ schema }) => {
  const { shape } = schema as z.ZodObject;
  test.each(Object.keys(shape))("accepts no %s that the schema refuses", (field) => {
    const law = fc.property(anyValue, (value) => agrees(shape[field] as z.ZodType, value));
    expect(() => fc.assert(law)).not.toThrow();
  });
});

describe("the quick check of a trade", () => {
  test("accepts a trade as it should be", () => {
    expect(quickCheckOf(shadowTradeSchema)(TRADE)).toBe(true);
    expect(quickCheckOf(shadowTradeSchema)({ ...TRADE, quoted_at: new Date(5) })).toBe(true);
  });

  test("leaves fields that are missing, unknown or wrong to the schema", () => {
    const check = quickCheckOf(shadowTradeSchema);
    const { symbol, ...withoutSymbol } = TRADE;
    expect(symbol).toBe("BRK.B");
    for (const trade of [null, [], "trade", withoutSymbol, { ...TRADE, note: "mine" }]) {
      expect(check(trade)).toBe(false);
    }
    expect(check({ ...withoutSymbol, note: "mine" })).toBe(false);
  });

  test("agrees with the schema, whatever stands in one field", () => {
    const fields = fc.constantFrom(...Object.keys(TRADE), "note");
    const law = fc.property(fields, anyValue, (field, value) =>
      agrees(shadowTradeSchema, { ...TRADE, [field]: value }),
    );
    expect(() => fc.assert(law)).not.toThrow();
  });
});

test("optional fields may be missing, and only those", () => {
  const check = quickCheckOf(DOCUMENT_FAMILIES.find(({ name }) => name === "account")!.schema);
  const account = { configured: true, equity: "1", updated_at: new Date(0) };
  expect(check(account)).toBe(true);
  expect(check({ ...account, cash: "1.00", open_positions: 3 })).toBe(true);
  expect(check({ ...account, cash: undefined })).toBe(false);
  expect(check({ configured: true, equity: "1" })).toBe(false);
});

test("kinds with a check are decided by it", () => {
  expect(quickCheckOf(documentId)("u1")).toBe(true);
  expect(quickCheckOf(tickerSymbol)("AAPL")).toBe(true);
  expect(quickCheckOf(priceString)("187.25")).toBe(true);
  expect(quickCheckOf(moneyString)("-0.10")).toBe(true);
  expect(quickCheckOf(timestamp)(new Date(0))).toBe(true);
  const status = { enabled: true, mode: "paper", reason: "", uid: "u1", tenant_id: "acme" };
  expect(quickCheckOf(tradingStatusSchema)({ ...status, shard: 3, changed_at: new Date(0) })).toBe(
    true,
  );
});

test("kinds without one are left to the schema, also those with rules added to a checked kind", () => {
  expect(quickCheckOf(userSchema.shape.email)("ann@example.com")).toBe(false);
  expect(quickCheckOf(documentId.refine((id) => id !== "u1"))("u1")).toBe(false);
});
