import { expect, test } from "vitest";
import type { Clock } from "../../std/clock.ts";
import { createRng } from "../../std/rng.ts";
import { shadowTradePath } from "../../system/schema/user.ts";
import { scenarioSchema } from "../config/scenario.ts";
import { LedgerJournal } from "../drivers/ledger-journal.ts";
import type { Market } from "../market/market.ts";
import { PhaseRecorder } from "../measure/phase-recorder.ts";
import { createPopulation } from "../population/create-population.ts";
import { createTrades } from "../population/create-trades.ts";
import { RunState } from "./run-state.ts";

const scenario = scenarioSchema.parse({
  name: "active",
  summary: "A phase for this test.",
  document: null,
  durationSeconds: 30,
  pulse: { periodSeconds: 60, openTradesPerUser: 1 },
  market: { symbols: 1, correlation: 0.5, regimes: [{ regime: "calm", seconds: 60 }] },
  clients: { perUserPerMinute: { "open-trades": 60 }, arrivals: "poisson", atMostPerSecond: 1 },
});

/** Quotes ABC at any time but in the halt from 10 s to 20 s. */
const market: Market = {
  symbols: ["ABC"],
  quoteAt: (symbol, elapsedMs) =>
    elapsedMs >= 10_000 && elapsedMs < 20_000 ? undefined : market.lastPriceAt(symbol, elapsedMs),
  lastPriceAt: () => ({ price: "100.00", elapsedMs: 0 }),
  regimeAt: () => "calm",
  updatesPerSecond: () => [],
  volatilityPerSecond: () => [],
};

/** A run of two users with a trade each, who were both served when the clock stood at `servedMs`. */
function runServedAt(servedMs: number) {
  const clock: Clock = {
    monotonicMs: () => servedMs,
    wallMs: () => Date.UTC(2026, 10, 23, 9, 30) + servedMs,
    sleep: () => Promise.resolve(),
  };
  const rng = createRng(1);
  const population = createPopulation({ users: 2, tenants: 1 }, rng.fork("population"));
  const state = new RunState(population, rng, new LedgerJournal());
  const trades = createTrades(
    {
      population,
      openTradesPerUser: 1,
      already: state.openTrades,
      openingPrices: new Map([["ABC", "100.00"]]),
      nowMs: clock.wallMs(),
    },
    rng,
  );
  state.opened(trades);
  state.markets.push({ market, openedMonotonicMs: 0, openedWallMs: clock.wallMs() });
  const recorder = new PhaseRecorder(clock, 0, () => undefined);
  const [served] = population.users;
  recorder.planned(served!, { writes: 0, pnlDue: 0, pnlUnchanged: 0 }, servedMs);
  recorder.sweepEnded({
    sweepId: "s",
    status: "complete",
    usersListed: 2,
    usersSwept: 1,
    usersFailed: 0,
    writes: 0,
    commits: 0,
    rateLimited: 0,
    durationMs: 1,
  });
  const nothing = { reads: 0, writes: 0, deletes: 0 };
  state.endPhase({
    scenario,
    recorder,
    durationMs: 0,
    cut: true,
    users: 2,
    openTrades: 2,
    startedWallMs: clock.wallMs(),
    series: [],
    limits: undefined,
    billed: { service: nothing, clients: nothing },
  });
  return { state, trades, served: served! };
}

test("every trade opened is expected, and to be revalued where its user was served", () => {
  const { state, trades, served } = runServedAt(5000);
  const { openedTrades, sweptTenants } = state.expectations();
  expect(trades).toHaveLength(2);
  for (const { uid, tradeId, data } of trades) {
    expect(openedTrades.get(shadowTradePath(uid, tradeId))).toMatchObject({
      quantity: data.quantity,
      entry_price: data.entry_price,
      side: data.side,
      mustBeQuoted: uid === served.uid,
    });
    expect(state.openTradesOf(uid)).toBe(1);
  }
  expect(sweptTenants).toEqual(new Set([served.tenantId]));
});

test("nobody is expected to revalue while trading is halted", () => {
  const { state } = runServedAt(15_000);
  const opened = [...state.expectations().openedTrades.values()];
  expect(opened.map(({ mustBeQuoted }) => mustBeQuoted)).toEqual([false, false]);
});

test("a phase that ended before it began has figures, and says what its clients were held to", () => {
  const { state } = runServedAt(5000);
  expect(state.phases[0]?.result).toMatchObject({
    cut: true,
    offeredPerSecond: 0,
    clientsAskedPerSecond: 2,
    clientsStartedPerSecond: 1,
  });
});
