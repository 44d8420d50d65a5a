import { expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import type { Market } from "../market/market.ts";
import { openMarket, priceAt, quotesOf } from "./market-quotes.ts";

/** ABC moves by a dollar a second; XYZ is halted. */
const market: Market = {
  symbols: ["ABC", "XYZ"],
  quoteAt: (symbol, elapsedMs) => (symbol === "ABC" ? quote(elapsedMs) : undefined),
  lastPriceAt: (_symbol, elapsedMs) => quote(elapsedMs),
  regimeAt: () => "calm",
  updatesPerSecond: () => [],
  volatilityPerSecond: () => [],
};

function quote(elapsedMs: number): { readonly price: string; readonly elapsedMs: number } {
  const second = Math.floor(elapsedMs / 1000);
  return { price: `${100 + second}.00`, elapsedMs: second * 1000 };
}

test("the feed gives what the market last said, stamped with the wall time of that update", async () => {
  const clock = new AutoClock(1_000_000);
  const open = openMarket(clock, market, 0);
  await clock.run(clock.sleep(2500));
  const quotes = await quotesOf(clock, open).latest(["ABC", "XYZ"]);
  expect([...quotes]).toEqual([["ABC", { symbol: "ABC", price: "102.00", atMs: 1_002_000 }]]);
});

test("before it opens, a market says its opening price", async () => {
  const clock = new AutoClock(1_000_000);
  const quotes = await quotesOf(clock, openMarket(clock, market, 5000)).latest(["ABC"]);
  expect(quotes.get("ABC")).toEqual({ symbol: "ABC", price: "100.00", atMs: 1_005_000 });
});

test("a stored quote's time leads back to its price, in the market that was open then", () => {
  const clock = new AutoClock(1_000_000);
  const first = openMarket(clock, market, 0);
  const second = openMarket(clock, market, 60_000);
  expect(priceAt([first, second], "ABC", 1_007_000)).toBe("107.00");
  expect(priceAt([first, second], "ABC", 1_062_000)).toBe("102.00");
  expect(priceAt([first, second], "ABC", 999_999)).toBeUndefined();
});
