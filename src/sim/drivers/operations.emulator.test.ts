import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { parseDocument } from "../../system/schema/document.ts";
import {
  ledgerTradePath,
  ledgerTradeSchema,
  type LedgerTrade,
} from "../../system/schema/tenant.ts";
import { accountPath, shadowTradePath, signalPath, type Signal } from "../../system/schema/user.ts";
import { StoreError } from "../../system/store/store.ts";
import { createRealClock } from "../clock/real-clock.ts";
import type { ClientOperation } from "../config/scenario.ts";
import { createOperationPlanner } from "./client-arrivals.ts";
import { LedgerJournal } from "./ledger-journal.ts";
import { createOperations } from "./operations.ts";
import {
  openEmulatorFixture,
  openTrade,
  type EmulatorFixture,
} from "./testing/emulator-fixture.ts";
import { syntheticUser } from "./testing/synthetic-user.ts";
import { createUserClient, type UserClient } from "./user-client.ts";

const clock = createRealClock();
const ada = syntheticUser();
const HOUR_MS = 3_600_000;

const MARKET = { symbols: ["AAPL"], lastPriceAt: () => ({ price: "187.50", elapsedMs: 0 }) };

let fixture: EmulatorFixture;
let client: UserClient;

beforeAll(async () => {
  fixture = await openEmulatorFixture("demo-operations");
  client = createUserClient(fixture, clock);
});

afterEach(() => fixture.api.clear());

afterAll(async () => {
  client.close();
  await fixture.close();
});

function setUp({ throughClient = client, seed = 1 } = {}) {
  const journal = new LedgerJournal();
  const operations = createOperations({
    client: throughClient,
    clock,
    rng: createRng(seed),
    journal,
    signUp: () => Promise.resolve(),
  });
  const planOf = createOperationPlanner(createRng(seed), MARKET);
  const run = (name: ClientOperation, user = ada) =>
    operations[name](planOf(name, user, 0), new AbortController().signal);
  return { run, journal };
}

const hoursAgo = (hours: number) => new Date(clock.wallMs() - hours * HOUR_MS);

async function seed(documents: Readonly<Record<string, object>>): Promise<void> {
  await fixture.store.commit(
    Object.entries(documents).map(([path, data]) => ({
      kind: "set",
      path,
      data: data as Record<string, string>,
      merge: false,
    })),
  );
}

function ledgerTrade(changes: Partial<LedgerTrade> = {}): LedgerTrade {
  return {
    uid: "ada",
    strategy_id: "momentum-1",
    symbol: "AAPL",
    side: "BUY",
    quantity: "1",
    price: "187.50",
    notional: "187.50",
    realized_pnl: "0",
    ts: hoursAgo(1),
    ...changes,
  };
}

describe("what each read finds", () => {
  test("open-trades: the OPEN ones", async () => {
    await seed({
      [shadowTradePath("ada", "a")]: openTrade(),
      [shadowTradePath("ada", "b")]: openTrade({ status: "CLOSED" }),
      [shadowTradePath("bob", "c")]: openTrade({ uid: "bob" }),
    });
    expect(await setUp().run("open-trades")).toEqual({ kind: "ok", documents: 1, attempts: 1 });
  });

  test("sell-trades-24h: the SELL ones of the last day", async () => {
    await seed({
      [shadowTradePath("ada", "a")]: openTrade({ side: "SELL", created_at: hoursAgo(23) }),
      [shadowTradePath("ada", "b")]: openTrade({ side: "SELL", created_at: hoursAgo(25) }),
      [shadowTradePath("ada", "c")]: openTrade({ side: "BUY", created_at: hoursAgo(1) }),
    });
    expect(await setUp().run("sell-trades-24h")).toMatchObject({ kind: "ok", documents: 1 });
  });

  test("tenant-ledger: the user's own of one strategy", async () => {
    await seed({
      [ledgerTradePath("acme", "a")]: ledgerTrade(),
      [ledgerTradePath("acme", "b")]: ledgerTrade({ uid: "bob" }),
      [ledgerTradePath("acme", "c")]: ledgerTrade({ strategy_id: "pairs-1" }),
    });
    expect(await setUp().run("tenant-ledger")).toMatchObject({ kind: "ok", documents: 1 });
  });

  test("recent-signals: the user's", async () => {
    const signal: Signal = {
      uid: "ada",
      strategy_id: "momentum-1",
      symbol: "AAPL",
      action: "HOLD",
      confidence: 0.5,
      price: "187.50",
      created_at: hoursAgo(0),
      expires_at: hoursAgo(-24),
    };
    await seed({ [signalPath("ada", "s1")]: signal, [signalPath("ada", "s2")]: signal });
    expect(await setUp().run("recent-signals")).toMatchObject({ kind: "ok", documents: 2 });
  });

  test("account-snapshot: the document, or a failure when it is missing", async () => {
    expect(await setUp().run("account-snapshot")).toMatchObject({ code: "NOT_FOUND" });
    await seed({
      [accountPath("ada")]: { configured: false, equity: "0", updated_at: hoursAgo(1) },
    });
    expect(await setUp().run("account-snapshot")).toMatchObject({ kind: "ok", documents: 1 });
  });
});

test("tenant-ledger is denied to a user of another tenant", async () => {
  const { run } = setUp();
  // The token says globex; the operation is made to ask for acme's ledger.
  const intruder = syntheticUser({ uid: "eve", tenantId: "globex" });
  const asEve: UserClient = {
    ...client,
    query: (user, query, signal) => client.query({ ...user, tenantId: "globex" }, query, signal),
  };
  expect(await run("tenant-ledger", intruder)).toMatchObject({ kind: "ok", documents: 0 });
  expect(await setUp({ throughClient: asEve }).run("tenant-ledger", ada)).toMatchObject({
    kind: "failed",
    code: "PERMISSION_DENIED",
  });
});

describe("ledger-create", () => {
  test("leaves a document that the schema takes, as the journal says", async () => {
    const { run, journal } = setUp();
    const before = clock.wallMs();
    expect(await run("ledger-create")).toEqual({ kind: "ok", documents: 1, attempts: 1 });
    const [record] = journal.acknowledged;
    const path = ledgerTradePath("acme", record!.tradeId);
    const [snapshot] = await fixture.store.get([path]);
    const trade = parseDocument(ledgerTradeSchema, snapshot!);
    expect(trade).toMatchObject({
      uid: "ada",
      symbol: record?.symbol,
      quantity: record?.quantity,
      price: record?.price,
    });
    expect(Math.abs(trade.ts.getTime() - before)).toBeLessThan(10_000);
  });

  test("is applied once though its answer is lost", async () => {
    let isLost = false;
    const losing: UserClient = {
      ...client,
      create: async (user, write, signal) => {
        await client.create(user, write, signal);
        if (isLost) return;
        isLost = true;
        throw new StoreError("UNAVAILABLE", "create", write.path, "the answer was lost");
      },
    };
    const { run, journal } = setUp({ throughClient: losing });
    expect(await run("ledger-create")).toEqual({ kind: "ok", documents: 1, attempts: 2 });
    expect(journal.acknowledged).toHaveLength(1);
    const from = { kind: "collection", path: "tenants/acme/ledger_trades" } as const;
    expect(await fixture.store.query({ from })).toHaveLength(1);
  });

  test("never replaces an entry that is there", async () => {
    await setUp({ seed: 9 }).run("ledger-create");
    const again = setUp({ seed: 9 });
    expect(await again.run("ledger-create")).toMatchObject({ code: "ALREADY_EXISTS" });
    expect(again.journal.acknowledged).toEqual([]);
  });

  test("is denied in another tenant", async () => {
    const asGlobex: UserClient = {
      ...client,
      create: (user, write, signal) =>
        client.create({ ...user, tenantId: "globex" }, write, signal),
    };
    const { run, journal } = setUp({ throughClient: asGlobex });
    expect(await run("ledger-create")).toMatchObject({ code: "PERMISSION_DENIED" });
    expect(journal.unconfirmed).toEqual([]);
  });
});
