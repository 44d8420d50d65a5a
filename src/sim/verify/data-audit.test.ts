import { describe, expect, test } from "vitest";
import {
  closingTradeId,
  heartbeatPath,
  ledgerTradePath,
  memberPath,
  tenantPath,
} from "../../system/schema/tenant.ts";
import {
  accountPath,
  preferencesPath,
  secretPath,
  shadowTradePath,
  tradingStatusPath,
  userPath,
} from "../../system/schema/user.ts";
import type { DocumentData, Snapshot } from "../../system/store/store.ts";
import { DataAudit, type Expectations } from "./data-audit.ts";
import { dataChecks } from "./data-checks.ts";

const T0 = Date.UTC(2026, 10, 23, 9, 30);
const now = new Date(T0);

const CLIENT_ENTRY = {
  uid: "u1",
  strategy_id: "s1",
  symbol: "ABC",
  side: "BUY",
  quantity: "2",
  price: "50.00",
  notional: "100.00",
  realized_pnl: "0",
} as const;

/** Two trades were opened: t1 is open, and t2 was closed at its target with a gain of 30. */
const OPENED = {
  uid: "u1",
  tenant_id: "acme",
  strategy_id: "s1",
  symbol: "ABC",
  side: "BUY",
  quantity: "10",
  entry_price: "100.00",
} as const;

const expectations: Expectations = {
  tenantOf: new Map([["u1", "acme"]]),
  cashOf: new Map([["u1", "1000.00"]]),
  sweptTenants: new Set(["acme"]),
  openedTrades: new Map([
    [shadowTradePath("u1", "t1"), { ...OPENED, mustBeQuoted: true }],
    [shadowTradePath("u1", "t2"), { ...OPENED, entry_price: "98.00", mustBeQuoted: true }],
    [shadowTradePath("u1", "t3"), { ...OPENED, mustBeQuoted: false }],
  ]),
  pnl: new Map([
    [shadowTradePath("u1", "t1"), { lastPrice: "101.00", pnl: "10.00", quotedAtMs: T0 }],
  ]),
  clientLedger: new Map([[ledgerTradePath("acme", "c1"), CLIENT_ENTRY]]),
  unconfirmedLedger: new Map([[ledgerTradePath("acme", "maybe"), CLIENT_ENTRY]]),
  directDocuments: new Map(),
  directCounters: new Map(),
  priceAt: (symbol, wallMs) => (symbol === "ABC" && wallMs === T0 ? "101.00" : undefined),
};

const trade = {
  uid: "u1",
  tenant_id: "acme",
  strategy_id: "s1",
  symbol: "ABC",
  side: "BUY",
  status: "OPEN",
  quantity: "10",
  entry_price: "100.00",
  last_price: "101.00",
  pnl: "10.00",
  pnl_percent: "1.0000",
  stop_loss_percent: "20",
  take_profit_percent: "30",
  created_at: now,
  quoted_at: now,
  closed_at: null,
};

const entry = { ...CLIENT_ENTRY, ts: now };

const closedTrade = {
  ...trade,
  status: "CLOSED",
  entry_price: "98.00",
  pnl: "30.00",
  closed_at: now,
};
const closedPath = shadowTradePath("u1", "t2");

const closingEntry = {
  uid: "u1",
  strategy_id: "s1",
  symbol: "ABC",
  side: "SELL",
  quantity: "10",
  price: "101.00",
  notional: "1010.00",
  realized_pnl: "30.00",
  ts: now,
};
const closingPath = ledgerTradePath("acme", closingTradeId("u1", "t2"));

// 1,000 to begin with and 30 realised; the open trade stands at 10.
const account = {
  configured: true,
  cash: "1030.00",
  equity: "1040.00",
  unrealized_pnl: "10.00",
  open_positions: 1,
  updated_at: now,
};

const heartbeat = {
  service_id: "pulse-all",
  status: "ok",
  sweep_id: "s",
  users_swept: 1,
  users_failed: 0,
  writes: 1,
  last_beat_at: now,
};

/** A database in which everything is as it should be. */
function soundDatabase(): Map<string, DocumentData> {
  return new Map<string, DocumentData>([
    [
      tenantPath("acme"),
      { name: "Acme", owner_uid: "u1", plan: "pro", status: "active", created_at: now },
    ],
    [
      memberPath("acme", "u1"),
      { uid: "u1", role: "owner", email: "a@example.com", created_at: now },
    ],
    [
      userPath("u1"),
      { email: "a@example.com", tenant_id: "acme", onboarded: true, created_at: now },
    ],
    [secretPath("u1"), { configured: false, base_url: "https://paper-api.alpaca.markets" }],
    [accountPath("u1"), account],
    [heartbeatPath("acme", "pulse-all"), heartbeat],
    [
      tradingStatusPath("u1"),
      {
        enabled: true,
        mode: "paper",
        reason: "",
        uid: "u1",
        tenant_id: "acme",
        shard: 1,
        changed_at: now,
      },
    ],
    [
      preferencesPath("u1"),
      { theme: "dark", risk_tolerance: "moderate", default_allocation: 0.1, max_positions: 5 },
    ],
    [shadowTradePath("u1", "t1"), trade],
    [closedPath, closedTrade],
    [shadowTradePath("u1", "t3"), { ...trade, quoted_at: null, pnl: "0.00", last_price: "100.00" }],
    [ledgerTradePath("acme", "c1"), entry],
    [closingPath, closingEntry],
  ]);
}

function auditOf(database: ReadonlyMap<string, DocumentData>): DataAudit {
  const audit = new DataAudit(expectations);
  for (const [path, data] of database) audit.see({ path, data, version: "1" } satisfies Snapshot);
  audit.finish();
  return audit;
}

/** The verdicts of all data checks after a change to the sound database. */
function verdictsAfter(change: (database: Map<string, DocumentData>) => void) {
  const database = soundDatabase();
  change(database);
  const checks = dataChecks(auditOf(database), "measured on emulator", true);
  const failed = checks.filter(({ verdict }) => verdict === "fail");
  return { failed: failed.map(({ id }) => id), details: failed.map(({ detail }) => detail).join() };
}

test("a sound database passes all seven checks", () => {
  const checks = dataChecks(auditOf(soundDatabase()), "measured on emulator", true);
  expect(checks).toHaveLength(7);
  for (const check of checks) expect(check, check.id).toMatchObject({ verdict: "pass" });
});

test("an empty database passes none", () => {
  expect(verdictsAfter((database) => database.clear()).failed).toEqual(
    expect.arrayContaining([
      "data.document-groups",
      "data.last-pnl",
      "data.ledger",
      "data.accounts",
      "data.heartbeats",
      "data.isolation",
      "data.schema",
    ]),
  );
});

describe("each fault is found, and named", () => {
  const tradePath = shadowTradePath("u1", "t1");
  const stray = { ...entry, uid: "stranger" };
  test.each<[string, string, (database: Map<string, DocumentData>) => void, string]>([
    [
      "a missing tenant",
      "data.document-groups",
      (db) => db.delete(tenantPath("acme")),
      "tenant missing",
    ],
    [
      "a missing member",
      "data.document-groups",
      (db) => db.delete(memberPath("acme", "u1")),
      "member missing",
    ],
    ["a missing user", "data.document-groups", (db) => db.delete(userPath("u1")), "user missing"],
    [
      "a missing secret",
      "data.document-groups",
      (db) => db.delete(secretPath("u1")),
      "secret missing",
    ],
    [
      "a missing account",
      "data.document-groups",
      (db) => db.delete(accountPath("u1")),
      "account missing",
    ],
    [
      "a missing status",
      "data.document-groups",
      (db) => db.delete(tradingStatusPath("u1")),
      "tradingStatus missing",
    ],
    [
      "missing preferences",
      "data.document-groups",
      (db) => db.delete(preferencesPath("u1")),
      "preferences missing",
    ],
    ["a lost trade", "data.last-pnl", (db) => db.delete(tradePath), "acknowledged, and gone"],
    [
      "a lost P&L",
      "data.last-pnl",
      (db) => db.set(tradePath, { ...trade, quoted_at: null }),
      "was lost",
    ],
    [
      "an older P&L",
      "data.last-pnl",
      (db) => db.set(tradePath, { ...trade, quoted_at: new Date(T0 - 1) }),
      "was lost",
    ],
    [
      "a price the market never had",
      "data.last-pnl",
      (db) => db.set(tradePath, { ...trade, last_price: "102.00", pnl: "20.00" }),
      "the quote of that moment was 101.00",
    ],
    [
      "a P&L its price does not give",
      "data.last-pnl",
      (db) => db.set(tradePath, { ...trade, pnl: "11.00" }),
      "its own price makes it 10.00",
    ],
    [
      "a lost ledger entry",
      "data.ledger",
      (db) => db.delete(ledgerTradePath("acme", "c1")),
      "acknowledged, and lost",
    ],
    [
      "a doubled ledger entry",
      "data.ledger",
      (db) => db.set(ledgerTradePath("acme", "c1-again"), entry),
      "nobody was told",
    ],
    [
      "an altered ledger entry",
      "data.ledger",
      (db) => db.set(ledgerTradePath("acme", "c1"), { ...entry, quantity: "3" }),
      "not what the client wrote",
    ],
    [
      "an unconfirmed entry that is another",
      "data.ledger",
      (db) => db.set(ledgerTradePath("acme", "maybe"), { ...entry, side: "SELL" }),
      "side is not what the client wrote",
    ],
    [
      "a close without an entry",
      "data.ledger",
      (db) => db.delete(closingPath),
      "without a ledger entry",
    ],
    [
      "an entry without a close",
      "data.ledger",
      (db) => db.set(ledgerTradePath("acme", closingTradeId("u1", "t1")), closingEntry),
      "its trade is not closed",
    ],
    ...(
      [
        ["quantity", "11"],
        ["side", "BUY"],
        ["price", "101.50"],
        ["notional", "1010.01"],
        ["realized_pnl", "31.00"],
        ["symbol", "DEF"],
        ["strategy_id", "s2"],
        ["ts", new Date(T0 + 1)],
      ] as const
    ).map(([field, value]): [string, string, (db: Map<string, DocumentData>) => void, string] => [
      `a closing entry with another ${field}`,
      "data.ledger",
      (db) => db.set(closingPath, { ...closingEntry, [field]: value }),
      `${field} is not that of the trade it closed`,
    ]),
    ...(["side", "strategy_id", "notional", "price"] as const).map(
      (field): [string, string, (db: Map<string, DocumentData>) => void, string] => [
        `a client's entry with another ${field}`,
        "data.ledger",
        (db) =>
          db.set(ledgerTradePath("acme", "c1"), {
            ...entry,
            [field]: field === "side" ? "SELL" : "7",
          }),
        `${field} is not what the client wrote`,
      ],
    ),
    ...(
      [
        ["quantity", "20"],
        ["entry_price", "99.00"],
        ["side", "SELL"],
        ["symbol", "DEF"],
      ] as const
    ).map(([field, value]): [string, string, (db: Map<string, DocumentData>) => void, string] => [
      `a trade whose ${field} was altered`,
      "data.last-pnl",
      (db) => db.set(tradePath, { ...trade, [field]: value }),
      `${field} is ${value}, it was opened with`,
    ]),
    [
      "a trade opened and never written",
      "data.last-pnl",
      (db) => db.delete(shadowTradePath("u1", "t3")),
      "opened, and gone",
    ],
    [
      "a trade nobody opened",
      "data.last-pnl",
      (db) => db.set(shadowTradePath("u1", "t9"), trade),
      "nobody opened it",
    ],
    [
      "a trade the pulse passed over",
      "data.last-pnl",
      (db) => db.set(closedPath, { ...closedTrade, quoted_at: null }),
      "its user was served, and it was never revalued",
    ],
    [
      "cash without what was realised",
      "data.accounts",
      (db) => db.set(accountPath("u1"), { ...account, cash: "1000.00", equity: "1010.00" }),
      "cash is 1000.00, its closed trades make it 1030.00",
    ],
    [
      "equity that does not add up",
      "data.accounts",
      (db) => db.set(accountPath("u1"), { ...account, equity: "1030.00" }),
      "cash and unrealised P&L make it 1040.00",
    ],
    [
      "more open positions than trades",
      "data.accounts",
      (db) => db.set(accountPath("u1"), { ...account, open_positions: 4 }),
      "4 open positions, of 3 trades",
    ],
    [
      "an account never connected",
      "data.accounts",
      (db) => db.set(accountPath("u1"), { configured: false, equity: "0", updated_at: now }),
      "has no cash",
    ],
    [
      "a tenant without a heartbeat",
      "data.heartbeats",
      (db) => db.delete(heartbeatPath("acme", "pulse-all")),
      "tenants/acme: swept, and has no heartbeat",
    ],
    [
      "an entry in another tenant",
      "data.isolation",
      (db) => db.set(ledgerTradePath("rival", closingTradeId("u1", "t1")), entry),
      "belongs to tenant acme, not rival",
    ],
    [
      "a stranger's entry",
      "data.isolation",
      (db) => db.set(ledgerTradePath("acme", "x"), stray),
      "never provisioned",
    ],
    [
      "a trade naming somebody else",
      "data.isolation",
      (db) => db.set(tradePath, { ...trade, uid: "u2" }),
      "names user u2",
    ],
    [
      "a document nobody knows",
      "data.isolation",
      (db) => db.set("users/u1/extra/x", {}),
      "keeps no document here",
    ],
    [
      "a document that does not parse",
      "data.schema",
      (db) => db.set(tradePath, { ...trade, quantity: 10 }),
      "quantity",
    ],
  ])("%s", (_name, check, change, text) => {
    const { failed, details } = verdictsAfter(change);
    expect(failed).toContain(check);
    expect(details).toContain(text);
  });
});

test("what is allowed: a newer P&L than acknowledged, and an entry whose answer was lost", () => {
  const later = { ...trade, quoted_at: new Date(T0 + 5), last_price: "103.00", pnl: "30.00" };
  const { failed } = verdictsAfter((database) => {
    database.set(shadowTradePath("u1", "t1"), later);
    database.set(ledgerTradePath("acme", "maybe"), entry);
  });
  expect(failed).toEqual([]);
});
