import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { isClosingTradeId, ledgerTradeSchema } from "../../system/schema/tenant.ts";
import { StoreError, type StatusCode } from "../../system/store/store.ts";
import { createLedgerCreate, draftTrade } from "./ledger-create.ts";
import { LedgerJournal } from "./ledger-journal.ts";
import { FakeClock } from "./testing/fake-clock.ts";
import { syntheticUser } from "./testing/synthetic-user.ts";
import type { CreateWrite, UserClient } from "./user-client.ts";

/** A client whose creates end as scripted, one entry for each try. */
function setUp(script: readonly (StatusCode | "OK" | Error)[], seed = 1) {
  const writes: CreateWrite[] = [];
  const client: UserClient = {
    query: () => Promise.reject(new Error("not asked for")),
    get: () => Promise.reject(new Error("not asked for")),
    create: (_user, write) => {
      const step = script[writes.length];
      writes.push(write);
      if (step === "OK") return Promise.resolve();
      if (step instanceof Error || step === undefined) return Promise.reject(step);
      return Promise.reject(new StoreError(step, "create", write.path, "scripted"));
    },
    close: () => undefined,
  };
  const clock = new FakeClock();
  const journal = new LedgerJournal();
  const market = { symbols: ["AAPL", "MSFT"], priceOf: () => "12.34" };
  const rng = createRng(seed);
  const ledgerCreate = createLedgerCreate({ client, clock, rng: rng.fork("sending"), journal });
  const run = async (signal = new AbortController().signal) => {
    const user = syntheticUser();
    const outcome = ledgerCreate(user, draftTrade(user, market, rng), signal);
    await clock.advanceTo(clock.monotonicMs() + 1000);
    return outcome;
  };
  return { run, writes, journal };
}

test("writes a trade that the schema takes, with the server's time", async () => {
  const { run, writes } = setUp(["OK"]);
  expect(await run()).toEqual({ kind: "ok", documents: 1, attempts: 1 });
  const [write] = writes;
  expect(write?.path).toMatch(/^tenants\/acme\/ledger_trades\/[A-Za-z0-9]{20}$/);
  expect(write?.transforms).toEqual({ ts: { kind: "server-timestamp" } });
  const trade = ledgerTradeSchema.parse({ ...write?.data, ts: new Date(0) });
  expect(trade).toMatchObject({ uid: "ada", strategy_id: "momentum-1", price: "12.34" });
  expect(Number(trade.notional)).toBeCloseTo(Number(trade.quantity) * 12.34, 6);
});

test("never takes an ID that is the pulse's", async () => {
  const { run, writes } = setUp(Array.from({ length: 100 }, () => "OK"));
  for (let trade = 0; trade < 100; trade += 1) await run();
  const ids = writes.map(({ path }) => path.split("/").at(-1) ?? "");
  expect(new Set(ids).size).toBe(100);
  expect(ids.filter(isClosingTradeId)).toEqual([]);
});

test("the journal has what the database acknowledged", async () => {
  const { run, writes, journal } = setUp(["OK"]);
  await run();
  const { strategy_id: strategyId, symbol, side, quantity, notional } = writes[0]!.data;
  const tradeId = writes[0]!.path.split("/").at(-1);
  const own = { uid: "ada", tenantId: "acme", price: "12.34" };
  const record = { ...own, tradeId, strategyId, symbol, side, quantity, notional };
  expect(journal.acknowledged).toEqual([record]);
  expect(journal.unconfirmed).toEqual([]);
});

describe("retries", () => {
  test("keep the trade as it is", async () => {
    const { run, writes } = setUp(["UNAVAILABLE", "DEADLINE_EXCEEDED", "OK"]);
    expect(await run()).toEqual({ kind: "ok", documents: 1, attempts: 3 });
    expect(writes).toHaveLength(3);
    expect(writes[1]).toEqual(writes[0]);
    expect(writes[2]).toEqual(writes[0]);
  });

  test("take ALREADY_EXISTS after a lost answer for success", async () => {
    const { run, journal } = setUp(["DEADLINE_EXCEEDED", "ALREADY_EXISTS"]);
    expect(await run()).toEqual({ kind: "ok", documents: 1, attempts: 2 });
    expect(journal.acknowledged).toHaveLength(1);
  });

  test("remember the lost answer over a refusal in between", async () => {
    const { run } = setUp(["UNAVAILABLE", "ABORTED", "ALREADY_EXISTS"]);
    expect(await run()).toMatchObject({ kind: "ok", attempts: 3 });
  });

  test("do not shift the contents of later trades", async () => {
    const smooth = setUp(["OK", "OK"]);
    const rough = setUp(["UNAVAILABLE", "OK", "OK"]);
    for (const { run } of [smooth, rough]) {
      await run();
      await run();
    }
    expect(rough.writes.slice(1)).toEqual(smooth.writes);
  });
});

test.each([
  ["a stranger has the ID: no success", ["ALREADY_EXISTS"], "ALREADY_EXISTS", 1, 0],
  [
    "also after a refusal that applied nothing",
    ["ABORTED", "ALREADY_EXISTS"],
    "ALREADY_EXISTS",
    2,
    0,
  ],
  ["a denial is final", ["PERMISSION_DENIED"], "PERMISSION_DENIED", 1, 0],
  [
    "contention ends it, applied for certain to nothing",
    ["ABORTED", "ABORTED", "ABORTED"],
    "ABORTED",
    3,
    0,
  ],
  [
    "lost answers leave it unconfirmed",
    ["UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE"],
    "UNAVAILABLE",
    3,
    1,
  ],
  [
    "so does one lost answer before a denial",
    ["UNAVAILABLE", "PERMISSION_DENIED"],
    "PERMISSION_DENIED",
    2,
    1,
  ],
  ["cancelled on its way", ["CANCELLED"], "CANCELLED", 1, 1],
] as const)("%s", async (_what, script, code, attempts, unconfirmed) => {
  const { run, journal } = setUp(script);
  expect(await run()).toMatchObject({ kind: "failed", code, attempts });
  expect(journal.acknowledged).toEqual([]);
  expect(journal.unconfirmed).toHaveLength(unconfirmed);
});

test("an abort ends the tries", async () => {
  const { run, writes } = setUp(["UNAVAILABLE", "OK"]);
  expect(await run(AbortSignal.abort())).toMatchObject({ kind: "failed", attempts: 1 });
  expect(writes).toHaveLength(1);
});

test("a fault of the program is not an outcome", async () => {
  const { run } = setUp([new TypeError("a bug")]);
  await expect(run()).rejects.toThrow("a bug");
});
