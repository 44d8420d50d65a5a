import { deleteField, serverTimestamp } from "firebase/firestore";
import { closingTradeId } from "../../src/system/schema/tenant.ts";
import {
  change,
  type ContentCase,
  creation,
  missing,
  named,
  refused,
  sampled,
} from "./content-case.ts";
import {
  inMinutes,
  ledgerTrade,
  PERSONAS,
  PREFERENCES,
  shadowTrade,
  strategy,
} from "./rules-world.ts";
import { ABOVE_ZERO, GAINS, NOTIONALS, PERCENT_LIMITS, SYMBOLS } from "./value-samples.ts";

const ledger = creation("ledger trade", "bob", "tenants/acme/ledger_trades", ledgerTrade);
const strategyBy = creation("strategy", "bob", "tenants/acme/strategies", () =>
  strategy({ created_at: serverTimestamp(), updated_at: serverTimestamp() }),
);
const shadow = creation("shadow trade", "bob", "users/bob/shadowTradeHistory", shadowTrade);

const NO_ID = ["", "a/b", ".", "..", "__x__", "ü".repeat(751), 1, null];

const LEDGER: readonly ContentCase[] = [
  ledger(true, "as it should be"),
  ledger(true, "a loss of money", { realized_pnl: "-12.50" }),
  ledger(true, "the server's time", { ts: serverTimestamp() }),
  ledger(true, "delayed by 4 minutes", { ts: inMinutes(-4) }),
  ledger(false, "delayed by 6 minutes", { ts: inMinutes(-6) }),
  ledger(false, "2 minutes ahead", { ts: inMinutes(2) }),
  ledger(false, "a time as text", { ts: "2026-01-05T14:30:00Z" }),
  ledger(false, "of somebody else", { uid: "colleague" }),
  ledger(false, "an unknown field", { note: "hello" }),
  ledger(false, "no side", { side: "HOLD" }),
  ledger(true, "a strategy's ID of 1,500 bytes", { strategy_id: "ü".repeat(750) }),
  ...missing(ledger, ledgerTrade()),
  ...refused(ledger, "strategy_id", NO_ID),
  ...sampled(ledger, "symbol", SYMBOLS),
  ...["quantity", "price"].flatMap((field) => sampled(ledger, field, ABOVE_ZERO)),
  ...sampled(ledger, "notional", NOTIONALS),
  ...sampled(ledger, "realized_pnl", GAINS),
  named("tenants/acme/ledger_trades", "bob_t1_closed", true, ledgerTrade),
  named("tenants/acme/ledger_trades", "bob_t1-close", true, ledgerTrade),
  named("tenants/acme/ledger_trades", closingTradeId("bob", "t1"), false, ledgerTrade),
  named("tenants/acme/ledger_trades", closingTradeId("colleague", "t1"), false, ledgerTrade),
  named("tenants/acme/ledger_trades", "_close", false, ledgerTrade),
  named("tenants/acme/ledger_trades", "bob\nt1_close", false, ledgerTrade),
];

const STRATEGIES: readonly ContentCase[] = [
  strategyBy(true, "as it should be"),
  strategyBy(true, "50 symbols", { symbols: Array.from({ length: 50 }, (_, n) => `S${n}`) }),
  ...SYMBOLS.good.map((symbol) => strategyBy(true, `symbol ${symbol}`, { symbols: ["A", symbol] })),
  strategyBy(false, "51 symbols", { symbols: Array.from({ length: 51 }, (_, n) => `S${n}`) }),
  strategyBy(false, "of somebody else", { uid: "colleague" }),
  strategyBy(false, "an unknown field", { shared: true }),
  strategyBy(false, "a made-up creation", { created_at: inMinutes(-1) }),
  strategyBy(false, "a made-up change", { updated_at: inMinutes(-1) }),
  ...missing(strategyBy, strategy()),
  ...refused(strategyBy, "name", ["", "n".repeat(201), 1]),
  ...refused(strategyBy, "kind", ["lucky", 1]),
  ...refused(strategyBy, "status", ["deleted", 1]),
  ...refused(strategyBy, "symbols", [
    [],
    [""],
    ...SYMBOLS.bad.map((symbol) => ["A", symbol]),
    [1],
    ["A,B"],
    "A",
    { a: 1 },
  ]),
  change("tenants/acme/strategies/s1", "bob", false, "handed to somebody else", {
    uid: "colleague",
    updated_at: serverTimestamp(),
  }),
  change("tenants/acme/strategies/s1", "bob", false, "another creation", {
    created_at: serverTimestamp(),
    updated_at: serverTimestamp(),
  }),
  change("tenants/acme/strategies/s1", "bob", false, "a made-up time", {
    status: "paused",
    updated_at: inMinutes(0),
  }),
  change("tenants/acme/strategies/s1", "bob", false, "a status that is none", {
    status: "deleted",
    updated_at: serverTimestamp(),
  }),
  change("tenants/acme/strategies/s1", "bob", false, "an unknown field", {
    shared: true,
    updated_at: serverTimestamp(),
  }),
];

const LEFT_BEHIND: readonly ContentCase[] = [
  change("tenants/acme/strategies/left", "mover", false, "one's own in a tenant one has left", {
    status: "paused",
    updated_at: serverTimestamp(),
  }),
];

const TENANT: readonly ContentCase[] = [
  ...["plan", "status", "owner_uid", "created_at", "extra"].map((field) =>
    change("tenants/acme", "owner", false, `changed ${field}`, { [field]: "enterprise" }),
  ),
  ...["", "n".repeat(201), 1].map((name) =>
    change("tenants/acme", "owner", false, `name ${String(name).slice(0, 9)}`, { name }),
  ),
  change("tenants/acme", "admin", false, "renamed by an admin", { name: "Mine" }),
];

const MEMBERSHIP: readonly ContentCase[] = [
  change("tenants/acme/users/colleague", "owner", true, "made an admin", { role: "admin" }),
  change("tenants/acme/users/admin", "owner", true, "made a member again", { role: "member" }),
  change("tenants/acme/users/bob", "bob", false, "raised to admin", { role: "admin" }),
  change("tenants/acme/users/bob", "bob", false, "raised to owner", { role: "owner" }),
  change("tenants/acme/users/admin", "admin", false, "raised to owner", { role: "owner" }),
  change("tenants/acme/users/admin", "admin", false, "one's own role", { role: "member" }),
  change("tenants/acme/users/bob", "admin", false, "raised by an admin", { role: "admin" }),
  change("tenants/acme/users/owner", "owner", false, "one's own role", { role: "member" }),
  change("tenants/acme/users/bob", "owner", false, "made an owner", { role: "owner" }),
  change("tenants/acme/users/bob", "owner", false, "no role", { role: "king" }),
  change("tenants/acme/users/partner", "owner", false, "another owner put down", {
    role: "member",
  }),
  change("tenants/acme/users/bob", "owner", false, "another uid", { uid: "colleague" }),
  change("tenants/acme/users/bob", "owner", false, "another address", { email: "x@acme.test" }),
  change("tenants/acme/users/mover", "mover", false, "raised from outside", { role: "admin" }),
];

const USER: readonly ContentCase[] = [
  change("users/bob", "bob", true, "the account's address", { email: "bob@acme.test" }),
  change("users/bob", "bob", false, "another's address", { email: "owner@acme.test" }),
  change("users/foreigner", "foreigner", false, "the account's, in another script", {
    email: PERSONAS.foreigner.claims.email,
  }),
  change("users/windbag", "windbag", false, "the account's, too long", {
    email: PERSONAS.windbag.claims.email,
  }),
  change("users/bob", "bob", false, "moved to another tenant", { tenant_id: "evil" }),
  change("users/bob", "bob", false, "moved, with the address", {
    email: "bob@acme.test",
    tenant_id: "evil",
  }),
  change("users/bob", "bob", false, "not onboarded", { onboarded: false }),
  change("users/bob", "bob", false, "another creation", { created_at: serverTimestamp() }),
  change("users/bob", "bob", false, "an unknown field", { admin: true }),
  change("users/bob", "bob", false, "without a tenant", { tenant_id: deleteField() }),
];

const trade = "users/bob/shadowTradeHistory/t1";
/** What an update may change besides the status and its times. */
const LATER_FIELDS = [
  ["last_price", ABOVE_ZERO],
  ["pnl", GAINS],
  ["pnl_percent", GAINS],
  ["stop_loss_percent", PERCENT_LIMITS],
  ["take_profit_percent", PERCENT_LIMITS],
] as const;
const closing = { status: "CLOSED", pnl: "5.00", last_price: "13" };
const SHADOW: readonly ContentCase[] = [
  shadow(true, "as it should be"),
  shadow(true, "with a quote", { quoted_at: inMinutes(0), pnl: "-1.00" }),
  shadow(false, "of somebody else", { uid: "colleague" }),
  shadow(false, "of another tenant", { tenant_id: "evil" }),
  shadow(false, "closed from the start", { status: "CLOSED", closed_at: serverTimestamp() }),
  shadow(false, "open and closed", { closed_at: serverTimestamp() }),
  shadow(false, "back-dated", { created_at: inMinutes(-60) }),
  shadow(false, "an unknown field", { note: "hello" }),
  shadow(false, "no side", { side: "HOLD" }),
  shadow(false, "no time of quote", { quoted_at: "now" }),
  ...missing(shadow, shadowTrade()),
  ...refused(shadow, "strategy_id", NO_ID),
  ...sampled(shadow, "symbol", SYMBOLS),
  ...["quantity", "entry_price", "last_price"].flatMap((field) =>
    sampled(shadow, field, ABOVE_ZERO),
  ),
  ...["stop_loss_percent", "take_profit_percent"].flatMap((field) =>
    sampled(shadow, field, PERCENT_LIMITS),
  ),
  ...["pnl", "pnl_percent"].flatMap((field) => sampled(shadow, field, GAINS)),
  named("users/bob/shadowTradeHistory", "t".repeat(128), true, shadowTrade),
  named("users/bob/shadowTradeHistory", "t".repeat(129), false, shadowTrade),
  ...LATER_FIELDS.flatMap(([field, { good, bad }]) => [
    ...good.map((value) => change(trade, "bob", true, `${field} ${value}`, { [field]: value })),
    ...bad.map((value) =>
      change(trade, "bob", false, `${field} ${JSON.stringify(value)}`, { [field]: value }),
    ),
  ]),
  change(trade, "bob", true, "closed", { ...closing, closed_at: serverTimestamp() }),
  change(trade, "bob", false, "closed at no time", closing),
  change(trade, "bob", false, "closed long ago", { ...closing, closed_at: inMinutes(-60) }),
  change(trade, "bob", false, "a status that is none", { status: "LOST" }),
  change("users/bob/shadowTradeHistory/closed", "bob", false, "opened again", {
    status: "OPEN",
    closed_at: null,
  }),
  change("users/bob/shadowTradeHistory/closed", "bob", false, "a closed trade's P&L", {
    pnl: "1000000",
  }),
  ...Object.entries({
    uid: "colleague",
    tenant_id: "evil",
    strategy_id: "s2",
    symbol: "INIT",
    side: "SELL",
    quantity: "1000",
    entry_price: "1",
    created_at: serverTimestamp(),
    note: "hello",
  }).map(([field, value]) => change(trade, "bob", false, `another ${field}`, { [field]: value })),
];

const status = "users/bob/status/trading";
const enabling = { enabled: true, mode: "paper", reason: "on", changed_at: serverTimestamp() };
const STATUS: readonly ContentCase[] = [
  change(status, "bob", true, "live", { ...enabling, mode: "live" }),
  change(status, "bob", true, "a reason of 500 characters", {
    ...enabling,
    reason: "r".repeat(500),
  }),
  change(status, "bob", false, "a reason of 501 characters", {
    ...enabling,
    reason: "r".repeat(501),
  }),
  change(status, "bob", false, "no reason", { ...enabling, reason: null }),
  change(status, "bob", false, "no mode", { ...enabling, mode: "turbo" }),
  change(status, "bob", false, "enabled is no truth value", { ...enabling, enabled: "yes" }),
  change(status, "bob", false, "a made-up time", { ...enabling, changed_at: inMinutes(0) }),
  change(status, "bob", false, "another uid", { ...enabling, uid: "colleague" }),
  change(status, "bob", false, "another tenant", { ...enabling, tenant_id: "evil" }),
  change(status, "bob", false, "another shard", { ...enabling, shard: 8 }),
  change(status, "bob", false, "an unknown field", { ...enabling, extra: 1 }),
];

const preferences = "users/bob/config/preferences";
const CONFIG: readonly ContentCase[] = [
  change(preferences, "bob", true, "the lowest", { default_allocation: 0, max_positions: 1 }),
  change(preferences, "bob", true, "the highest", { default_allocation: 1, max_positions: 100 }),
  change(preferences, "bob", false, "an unknown field", { plan: "enterprise" }),
  ...Object.keys(PREFERENCES).map((field) =>
    change(preferences, "bob", false, `without ${field}`, { [field]: deleteField() }),
  ),
  ...Object.entries({
    theme: ["pink", 1],
    risk_tolerance: ["reckless", 1],
    default_allocation: [-0.1, 1.1, "0.1"],
    max_positions: [0, 101, 1.5, "5"],
  }).flatMap(([field, values]) =>
    values.map((value) =>
      change(preferences, "bob", false, `${field} ${JSON.stringify(value)}`, { [field]: value }),
    ),
  ),
];

export const CONTENT_CASES: readonly ContentCase[] = [
  ...LEDGER,
  ...STRATEGIES,
  ...LEFT_BEHIND,
  ...TENANT,
  ...MEMBERSHIP,
  ...USER,
  ...SHADOW,
  ...STATUS,
  ...CONFIG,
];
