import { describe, expect, test } from "vitest";
import { AssertionError } from "../../std/assert.ts";
import { createRng } from "../../std/rng.ts";
import { StoreError, type Query, type Snapshot } from "../../system/store/store.ts";
import type { ClientOperation } from "../config/scenario.ts";
import { createOperationPlanner } from "./client-arrivals.ts";
import { LedgerJournal } from "./ledger-journal.ts";
import { createOperations, type OperationTools } from "./operations.ts";
import { FakeClock } from "./testing/fake-clock.ts";
import { syntheticUser } from "./testing/synthetic-user.ts";
import type { UserClient } from "./user-client.ts";

const SNAPSHOT: Snapshot = { path: "users/ada/alpacaAccounts/snapshot", data: {}, version: "1" };

const MARKET = { symbols: ["AAPL"], lastPriceAt: () => ({ price: "1.00", elapsedMs: 0 }) };

function setUp(client: Partial<UserClient> = {}, tools: Partial<OperationTools> = {}) {
  const queries: Query[] = [];
  const operations = createOperations({
    client: {
      query: (_user, query) => {
        queries.push(query);
        return Promise.resolve([SNAPSHOT, SNAPSHOT]);
      },
      get: () => Promise.resolve(SNAPSHOT),
      create: () => Promise.resolve(),
      close: () => undefined,
      ...client,
    },
    clock: new FakeClock(),
    rng: createRng(1),
    journal: new LedgerJournal(),
    signUp: () => Promise.resolve(),
    ...tools,
  });
  const planOf = createOperationPlanner(createRng(1), MARKET);
  const run = (name: ClientOperation) =>
    operations[name](planOf(name, syntheticUser(), 0), new AbortController().signal);
  return { run, queries };
}

describe("the queries of Appendix B", () => {
  test("all OPEN trades of the user, newest first", async () => {
    const { run, queries } = setUp();
    expect(await run("open-trades")).toEqual({ kind: "ok", documents: 2, attempts: 1 });
    expect(queries).toEqual([
      {
        from: { kind: "collection", path: "users/ada/shadowTradeHistory" },
        where: [{ field: "status", operator: "==", value: "OPEN" }],
        orderBy: [{ field: "created_at", direction: "desc" }],
      },
    ]);
  });

  test("SELL trades of the last 24 hours", async () => {
    const { run, queries } = setUp();
    await run("sell-trades-24h");
    // The fake clock starts on 5 January 2026 at 14:30 UTC.
    const yesterday = new Date("2026-01-04T14:30:00Z");
    expect(queries).toMatchObject([
      {
        from: { kind: "collection", path: "users/ada/shadowTradeHistory" },
        where: [
          { field: "side", operator: "==", value: "SELL" },
          { field: "created_at", operator: ">=", value: yesterday },
        ],
        orderBy: [{ field: "created_at", direction: "desc" }],
      },
    ]);
  });

  test("the user's entries of one strategy in the tenant's ledger", async () => {
    const { run, queries } = setUp();
    await run("tenant-ledger");
    expect(queries).toMatchObject([
      {
        from: { kind: "collection", path: "tenants/acme/ledger_trades" },
        where: [
          { field: "uid", operator: "==", value: "ada" },
          { field: "strategy_id", operator: "==", value: "momentum-1" },
        ],
        orderBy: [{ field: "ts", direction: "asc" }],
      },
    ]);
  });
});

test("recent signals are the user's newest, bounded", async () => {
  const { run, queries } = setUp();
  await run("recent-signals");
  expect(queries).toMatchObject([
    {
      from: { kind: "collection", path: "users/ada/signals" },
      orderBy: [{ field: "created_at", direction: "desc" }],
    },
  ]);
  expect(queries[0]?.limit).toBeGreaterThan(0);
});

test("the account snapshot is one document, and its absence a failure", async () => {
  expect(await setUp().run("account-snapshot")).toMatchObject({ kind: "ok", documents: 1 });
  const { run } = setUp({ get: () => Promise.resolve(undefined) });
  expect(await run("account-snapshot")).toMatchObject({ kind: "failed", code: "NOT_FOUND" });
});

test.each(["open-trades", "account-snapshot"] as const)(
  "a refusal of %s is an outcome, a fault of the program is not",
  async (name) => {
    const refuse = () => Promise.reject(new StoreError("UNAVAILABLE", "read", "x", "down"));
    const refused = setUp({ query: refuse, get: refuse });
    expect(await refused.run(name)).toMatchObject({ kind: "failed", code: "UNAVAILABLE" });
    const fault = () => Promise.reject(new TypeError("a bug"));
    await expect(setUp({ query: fault, get: fault }).run(name)).rejects.toThrow("a bug");
  },
);

test("a ledger create acts for the user", async () => {
  expect(await setUp().run("ledger-create")).toEqual({ kind: "ok", documents: 1, attempts: 1 });
});

describe("sign-ups", () => {
  test("are of a new person each", async () => {
    const indexes: number[] = [];
    const signUp = (index: number) => Promise.resolve(void indexes.push(index));
    const { run } = setUp({}, { signUp });
    await run("sign-up");
    expect(await run("sign-up")).toMatchObject({ kind: "ok" });
    expect(indexes).toEqual([0, 1]);
  });

  test("may fail in the service's own way, but not by a broken assertion", async () => {
    const failing = setUp({}, { signUp: () => Promise.reject(new Error("no tenant")) });
    expect(await failing.run("sign-up")).toMatchObject({
      kind: "failed",
      code: "UNKNOWN",
      message: "Error: no tenant",
    });
    const broken = setUp({}, { signUp: () => Promise.reject(new AssertionError("void")) });
    await expect(broken.run("sign-up")).rejects.toThrow("void");
  });
});
