import { describe, expect, test } from "vitest";
import { ledgerTradePath, memberPath, tenantPath } from "../../system/schema/tenant.ts";
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

const expectations: Expectations = {
  tenantOf: new Map([["u1", "acme"]]),
  pnl: new Map([
    [shadowTradePath("u1", "t1"), { lastPrice: "101.00", pnl: "10.00", quotedAtMs: T0 }],
  ]),
  clientLedger: new Map([
    [ledgerTradePath("acme", "c1"), { uid: "u1", symbol: "ABC", quantity: "2", price: "50.00" }],
  ]),
  unconfirmedLedger: new Set([ledgerTradePath("acme", "maybe")]),
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

const entry = {
  uid: "u1",
  strategy_id: "s1",
  symbol: "ABC",
  side: "BUY",
  quantity: "2",
  price: "50.00",
  notional: "100.00",
  realized_pnl: "0",
  ts: now,
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
    [accountPath("u1"), { configured: true, equity: "10.00", updated_at: now }],
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
    [ledgerTradePath("acme", "c1"), entry],
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

test("a sound database passes all five checks", () => {
  const checks = dataChecks(auditOf(soundDatabase()), "measured on emulator", true);
  expect(checks.map(({ verdict }) => verdict)).toEqual(["pass", "pass", "pass", "pass", "pass"]);
});

test("an empty database passes none", () => {
  expect(verdictsAfter((database) => database.clear()).failed).toEqual(
    expect.arrayContaining([
      "data.document-groups",
      "data.last-pnl",
      "data.ledger",
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
      "a close without an entry",
      "data.ledger",
      (db) => db.set(tradePath, { ...trade, status: "CLOSED", closed_at: now }),
      "without a ledger entry",
    ],
    [
      "an entry without a close",
      "data.ledger",
      (db) => db.set(ledgerTradePath("acme", "t1-close"), entry),
      "its trade is not closed",
    ],
    [
      "an entry in another tenant",
      "data.isolation",
      (db) => db.set(ledgerTradePath("rival", "t1-close"), entry),
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
