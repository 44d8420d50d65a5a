import { describe, expect, test } from "vitest";
import { ledgerTradeSchema } from "../schema/tenant.ts";
import { signalSchema } from "../schema/user.ts";
import type { Write } from "../store/store.ts";
import { pulseConfigSchema } from "./config.ts";
import { planUser, type UserPlan, type WriteKind } from "./plan-user.ts";
import { account, NOW_MS, openTrade, quotesOf, userState } from "./testing.fixture.ts";

const MINUTE = { nowMs: NOW_MS, periodMs: 60_000 };
/** Long slots, so that only what a test asks for falls due: see `dueTimes`. */
const config = pulseConfigSchema.parse({});

function writesOf(plan: UserPlan, kind: WriteKind): readonly Write[] {
  return plan.groups.flat().flatMap((planned) => (planned.kind === kind ? [planned.write] : []));
}

function dataOf(write: Write | undefined): Readonly<Record<string, unknown>> {
  return write !== undefined && "data" in write ? write.data : {};
}

describe("planUser: P&L", () => {
  test.each([
    // side, price, P&L of 10 at an entry of 100, per cent
    ["BUY", "101.50", "15.00", "1.5000"],
    ["BUY", "99.99", "-0.10", "-0.0100"],
    ["SELL", "101.50", "-15.00", "-1.5000"],
    ["SELL", "90.00", "100.00", "10.0000"],
  ] as const)("%s at %s makes %s (%s %%)", (side, price, pnl, percent) => {
    const state = userState({ trades: [openTrade({ side })] });
    const plan = planUser(state, quotesOf({ ABC: price }), MINUTE, config);
    const [write] = writesOf(plan, "pnl");
    expect(write).toMatchObject({ kind: "update", path: "users/u1/shadowTradeHistory/t1" });
    expect(dataOf(write)).toEqual({
      last_price: price,
      pnl,
      pnl_percent: percent,
      quoted_at: new Date(NOW_MS - 5),
    });
  });

  test("the write is guarded by the version that was read", () => {
    const plan = planUser(userState(), quotesOf({ ABC: "101.00" }), MINUTE, config);
    expect(writesOf(plan, "pnl")[0]).toMatchObject({
      precondition: { kind: "version", version: "v-t1" },
    });
  });

  test("an unchanged price writes nothing, and still counts as due", () => {
    const trades = [openTrade({ quoted_at: new Date(NOW_MS - 60_000) })];
    const plan = planUser(userState({ trades }), quotesOf({ ABC: "100.00" }), MINUTE, config);
    expect(writesOf(plan, "pnl")).toEqual([]);
    expect(plan).toMatchObject({ pnlDue: 1, pnlUnchanged: 1 });
  });

  test("a trade never quoted is written even when the price is its entry's", () => {
    const plan = planUser(userState(), quotesOf({ ABC: "100.00" }), MINUTE, config);
    expect(writesOf(plan, "pnl")).toHaveLength(1);
  });

  test("a halted symbol keeps its last P&L", () => {
    const plan = planUser(userState(), new Map(), MINUTE, config);
    expect(plan.groups.flat().filter(({ kind }) => kind === "pnl" || kind === "close")).toEqual([]);
  });

  test("the same state and quotes give the same plan", () => {
    const state = userState({ account: account() });
    const quotes = quotesOf({ ABC: "75.00" });
    expect(planUser(state, quotes, MINUTE, config)).toEqual(
      planUser(state, quotes, MINUTE, config),
    );
  });
});

describe("planUser: executions", () => {
  test("at the stop the trade closes, and one ledger entry goes with it in one group", () => {
    const plan = planUser(userState(), quotesOf({ ABC: "80.00" }), MINUTE, config);
    const group = plan.groups.find((writes) => writes.some(({ kind }) => kind === "close"));
    expect(group?.map(({ kind }) => kind)).toEqual(["close", "ledger"]);
    expect(dataOf(group?.[0]?.write)).toMatchObject({ status: "CLOSED", pnl: "-200.00" });
    const entry = group?.[1]?.write;
    expect(entry).toMatchObject({ kind: "create", path: "tenants/acme/ledger_trades/t1-close" });
    expect(ledgerTradeSchema.parse(dataOf(entry))).toMatchObject({
      side: "SELL",
      notional: "800.00",
      realized_pnl: "-200.00",
    });
  });

  test.each([
    ["just above the stop", "80.01", 0],
    ["at the stop", "80.00", 1],
    ["just below the target", "129.99", 0],
    ["at the target", "130.00", 1],
  ])("%s", (_where, price, closes) => {
    const plan = planUser(userState(), quotesOf({ ABC: price }), MINUTE, config);
    expect(writesOf(plan, "close")).toHaveLength(closes);
    expect(writesOf(plan, "ledger")).toHaveLength(closes);
  });
});

describe("planUser: snapshot, signal, write rate", () => {
  /** Over 5 minutes of one-minute sweeps, in how many each kind was written. */
  function dueTimes(kind: WriteKind, periodSeconds: number, minutes: number): number {
    let count = 0;
    const sweeps = (minutes * 60) / periodSeconds;
    for (let sweep = 0; sweep < sweeps; sweep += 1) {
      const time = { nowMs: NOW_MS + sweep * periodSeconds * 1000, periodMs: periodSeconds * 1000 };
      const state = userState({ account: account() });
      const plan = planUser(state, quotesOf({ ABC: `10${1 + (sweep % 9)}.00` }), time, config);
      count += writesOf(plan, kind).length;
    }
    return count;
  }

  test("a snapshot every minute, swept every minute or every 20 seconds", () => {
    expect(dueTimes("snapshot", 60, 9)).toBe(9);
    expect(dueTimes("snapshot", 20, 9)).toBe(9);
  });

  test("a signal and a write rate every five minutes", () => {
    expect(dueTimes("signal", 60, 20)).toBe(4);
    expect(dueTimes("signal", 30, 20)).toBe(4);
    expect(dueTimes("write-rate", 60, 20)).toBe(4);
  });

  test("the snapshot is cash plus the P&L of what stays open", () => {
    const trades = [openTrade(), openTrade({ symbol: "XYZ", side: "SELL" }, "t2")];
    const state = userState({ trades, account: account() });
    const plan = planUser(state, quotesOf({ ABC: "79.00", XYZ: "98.00" }), MINUTE, config);
    expect(dataOf(writesOf(plan, "snapshot")[0])).toMatchObject({
      equity: "1020.00",
      unrealized_pnl: "20.00",
      open_positions: 1,
    });
  });

  test("an unchanged snapshot, and an account not connected, write nothing", () => {
    const quotes = quotesOf({ ABC: "100.00" });
    const unchanged = userState({ account: account() });
    const unconnected = userState({ account: account({ configured: false }) });
    expect(writesOf(planUser(unchanged, quotes, MINUTE, config), "snapshot")).toEqual([]);
    expect(writesOf(planUser(unconnected, quotes, MINUTE, config), "snapshot")).toEqual([]);
  });

  test("users' five-minute slots are spread over the sweeps", () => {
    const due = Array.from({ length: 500 }, (_, index) => {
      const uid = `user-${index}`;
      const state = userState({ uid, trades: [openTrade({ uid })] });
      return writesOf(planUser(state, quotesOf({ ABC: "101.00" }), MINUTE, config), "signal");
    });
    const share = due.filter((writes) => writes.length > 0).length / due.length;
    expect(share).toBeGreaterThan(0.14);
    expect(share).toBeLessThan(0.26);
    for (const [write] of due) if (write !== undefined) signalSchema.parse(dataOf(write));
  });
});
