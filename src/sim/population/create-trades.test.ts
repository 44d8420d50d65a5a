import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { profitAndLoss } from "../../system/schema/money.ts";
import { shadowTradeSchema } from "../../system/schema/user.ts";
import { findScenario } from "../config/scenario-files.ts";
import { createMarket } from "../market/create-market.ts";
import type { Market } from "../market/market.ts";
import { createPopulation } from "./create-population.ts";
import { createTrades } from "./create-trades.ts";
import type { SyntheticTrade } from "./population.ts";

const NOW_MS = Date.UTC(2026, 0, 15);
const DAY_MS = 86_400_000;

const OPENING_PRICES = new Map([
  ["AXZAK", "187.25"],
  ["BOZAK", "0.8731"],
  ["CYZAK", "640.00"],
]);

function tradesOf(
  users: number,
  openTradesPerUser: number,
  already: ReadonlyMap<string, number> = new Map(),
  stream = "trades",
): readonly SyntheticTrade[] {
  const rng = createRng(1);
  const population = createPopulation({ users, tenants: Math.ceil(users * 0.4) }, rng);
  return createTrades(
    { population, openTradesPerUser, already, openingPrices: OPENING_PRICES, nowMs: NOW_MS },
    rng.fork(stream),
  );
}

function countByUser(...batches: readonly (readonly SyntheticTrade[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { uid } of batches.flat()) counts.set(uid, (counts.get(uid) ?? 0) + 1);
  return counts;
}

describe("how trades are spread", () => {
  test.each([
    { mean: 0, total: 0, traders: 0 },
    { mean: 0.25, total: 10, traders: 10 },
    { mean: 1, total: 40, traders: 40 },
    { mean: 5, total: 200, traders: 40 },
    { mean: 10, total: 400, traders: 40 },
    { mean: 100, total: 4000, traders: 40 },
  ])("a mean of $mean over 40 users gives $total", ({ mean, total, traders }) => {
    const trades = tradesOf(40, mean);
    expect(trades).toHaveLength(total);
    const counts = [...countByUser(trades).values()];
    expect(counts).toHaveLength(traders);
    expect(Math.max(0, ...counts)).toBeLessThanOrEqual(Math.max(40, 2 * mean));
  });

  test("a mean of 1 is one each, as the document's first row has it", () => {
    expect([...countByUser(tradesOf(200, 1)).values()]).toEqual(
      Array.from({ length: 200 }, () => 1),
    );
  });

  test("a higher mean follows activity: most have few, some have many", () => {
    const counts = [...countByUser(tradesOf(1000, 10)).values()].toSorted((a, b) => a - b);
    expect(counts[500]).toBeLessThan(9);
    expect(counts.at(-1)).toBe(40);
  });

  test("topping up from 1 to 5 to 10 adds what is missing and repeats no ID", () => {
    const first = tradesOf(200, 1, new Map(), "phase/1");
    const second = tradesOf(200, 5, countByUser(first), "phase/2");
    const third = tradesOf(200, 10, countByUser(first, second), "phase/3");
    expect([first.length, second.length, third.length]).toEqual([200, 800, 1000]);
    const ids = [...first, ...second, ...third].map(({ tradeId }) => tradeId);
    expect(new Set(ids).size).toBe(2000);
    const atOnce = countByUser(tradesOf(200, 10));
    const inSteps = countByUser(first, second, third);
    const strayed = [...atOnce].filter(([uid, n]) => Math.abs(n - (inSteps.get(uid) ?? 0)) > 2);
    expect(strayed.length).toBeLessThan(10);
  });

  test("nothing is added when there are enough", () => {
    expect(tradesOf(200, 1, countByUser(tradesOf(200, 5)))).toEqual([]);
  });

  test("law: users end up with exactly round(users × mean) trades between them", () => {
    const users = fc.integer({ min: 1, max: 20 });
    const mean = fc.double({ min: 0, max: 45, noNaN: true });
    const law = fc.property(users, mean, mean, (users, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const first = tradesOf(users, low);
      expect(first).toHaveLength(Math.round(users * low));
      const second = tradesOf(users, high, countByUser(first), "second");
      expect(first.length + second.length).toBe(Math.round(users * high));
    });
    fc.assert(law, { numRuns: 40 });
  });
});

describe("what a trade is", () => {
  const trades = tradesOf(100, 5);

  test("it matches the service's schema, near the opening price, opened in the last 30 days", () => {
    for (const { uid, tradeId, data } of trades) {
      expect(shadowTradeSchema.parse(data)).toEqual(data);
      expect(data.uid).toBe(uid);
      expect(tradeId).toMatch(/^[A-Za-z0-9]{20}$/);
      const strayed = Number(data.entry_price) / Number(OPENING_PRICES.get(data.symbol)) - 1;
      expect(Math.abs(strayed)).toBeLessThan(0.0305);
      expect(Number(data.stop_loss_percent)).toBeGreaterThanOrEqual(15);
      expect(Number(data.stop_loss_percent)).toBeLessThanOrEqual(40);
      expect(Number(data.take_profit_percent)).toBeGreaterThanOrEqual(20);
      expect(Number(data.take_profit_percent)).toBeLessThanOrEqual(60);
      expect(data.created_at.getTime()).toBeLessThan(NOW_MS);
      expect(data.created_at.getTime()).toBeGreaterThanOrEqual(NOW_MS - 30 * DAY_MS);
      expect(Number(data.quantity)).toBeGreaterThanOrEqual(1);
    }
  });

  test("some are SELLs of the last day, for the query that looks for them", () => {
    const recent = trades.filter(
      ({ data }) => data.side === "SELL" && data.created_at.getTime() > NOW_MS - DAY_MS,
    );
    expect(recent.length).toBeGreaterThan(trades.length / 6);
  });

  test("it belongs to one of its user's strategies and to the user's tenant", () => {
    const { users } = createPopulation({ users: 100, tenants: 40 }, createRng(1));
    const byUid = new Map(users.map((user) => [user.uid, user]));
    for (const { uid, data } of trades) {
      expect(byUid.get(uid)!.strategyIds).toContain(data.strategy_id);
      expect(byUid.get(uid)!.tenantId).toBe(data.tenant_id);
    }
  });
});

describe("which trades the pulse would close", () => {
  test.each([
    { scenario: "baseline", atLeast: 0, atMost: 0.001 },
    { scenario: "high-volatility", atLeast: 0, atMost: 0.01 },
    { scenario: "flash-crash", atLeast: 0.15, atMost: 0.5 },
  ])("in $scenario from $atLeast to $atMost of them", ({ scenario, atLeast, atMost }) => {
    const { market: spec, durationSeconds } = findScenario(scenario);
    const market = createMarket(spec, durationSeconds * 1000, createRng(1));
    const rng = createRng(1);
    const trades = createTrades(
      {
        population: createPopulation({ users: 100, tenants: 40 }, rng),
        openTradesPerUser: 5,
        already: new Map(),
        openingPrices: new Map(
          market.symbols.map((symbol) => [symbol, market.lastPriceAt(symbol, 0).price]),
        ),
        nowMs: NOW_MS,
      },
      rng.fork("trades"),
    );
    const closed = trades.filter((trade) => reachesItsStop(trade, market, durationSeconds));
    expect(closed.length / trades.length).toBeGreaterThanOrEqual(atLeast);
    expect(closed.length / trades.length).toBeLessThanOrEqual(atMost);
  });

  /** Whether a pulse every five seconds would see its loss or gain reach the bound. */
  function reachesItsStop({ data }: SyntheticTrade, market: Market, seconds: number): boolean {
    for (let second = 0; second < seconds; second += 5) {
      const { price } = market.lastPriceAt(data.symbol, second * 1000);
      const { percent } = profitAndLoss(data.side, data.quantity, data.entry_price, price);
      if (Number(percent) <= -Number(data.stop_loss_percent)) return true;
      if (Number(percent) >= Number(data.take_profit_percent)) return true;
    }
    return false;
  }
});
