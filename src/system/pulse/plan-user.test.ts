import { describe, expect, test } from "vitest";
import { ledgerTradeSchema } from "../schema/tenant.ts";
import { signalSchema } from "../schema/user.ts";
import type { Write } from "../store/store.ts";
import { pulseConfigSchema } from "./config.ts";
import { planUser, type UserPlan } from "./plan-user.ts";
import type { WriteKind } from "./planned-write.ts";
import type { Quote } from "./quotes.ts";
import type { PlanTime } from "./slots.ts";
import type { UserState } from "./user-state.ts";
import { knownAccount, NOW_MS, openTrade, quotesOf, userState } from "./testing.fixture.ts";

const MINUTE = { nowMs: NOW_MS, periodMs: 60_000 };
const config = pulseConfigSchema.parse({});

function planOf(
  state: UserState,
  quotes: ReadonlyMap<string, Quote>,
  time: PlanTime = MINUTE,
  groupMax = 50,
): UserPlan {
  return planUser(state, quotes, { time, config, groupMax });
}

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
    const plan = planOf(state, quotesOf({ ABC: price }));
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
    const plan = planOf(userState(), quotesOf({ ABC: "101.00" }));
    expect(writesOf(plan, "pnl")[0]).toMatchObject({
      precondition: { kind: "version", version: "v-t1" },
    });
  });

  test("an unchanged price writes nothing, and still counts as due", () => {
    const trades = [openTrade({ quoted_at: new Date(NOW_MS - 60_000) })];
    const plan = planOf(userState({ trades }), quotesOf({ ABC: "100.00" }));
    expect(writesOf(plan, "pnl")).toEqual([]);
    expect(plan).toMatchObject({ pnlDue: 1, pnlUnchanged: 1 });
  });

  test("a trade never quoted is written even when the price is its entry's", () => {
    const plan = planOf(userState(), quotesOf({ ABC: "100.00" }));
    expect(writesOf(plan, "pnl")).toHaveLength(1);
  });

  test("a halted symbol keeps its last P&L", () => {
    const plan = planOf(userState(), new Map());
    expect(plan.groups.flat().filter(({ kind }) => kind === "pnl" || kind === "close")).toEqual([]);
  });

  test("the same state and quotes give the same plan", () => {
    const state = userState({ account: knownAccount() });
    const quotes = quotesOf({ ABC: "75.00" });
    expect(planOf(state, quotes)).toEqual(planOf(state, quotes));
  });
});

describe("planUser: executions", () => {
  test("at the stop the trade closes, and one ledger entry goes with it in one group", () => {
    const plan = planOf(userState(), quotesOf({ ABC: "80.00" }));
    const group = plan.groups.find((writes) => writes.some(({ kind }) => kind === "close"));
    expect(group?.map(({ kind }) => kind)).toEqual(["close", "ledger"]);
    expect(dataOf(group?.[0]?.write)).toMatchObject({ status: "CLOSED", pnl: "-200.00" });
    const entry = group?.[1]?.write;
    expect(entry).toMatchObject({ kind: "create", path: "tenants/acme/ledger_trades/u1_t1_close" });
    expect(ledgerTradeSchema.parse(dataOf(entry))).toMatchObject({
      side: "SELL",
      notional: "800.00",
      realized_pnl: "-200.00",
    });
  });

  test("what was realised moves into the cash, in the group that closes, whatever the slot", () => {
    const trades = [openTrade(), openTrade({ symbol: "XYZ", side: "SELL" }, "t2")];
    const state = userState({ trades, account: knownAccount() });
    // Ten seconds after a snapshot was due: a sweep in which none of its own falls due.
    const time = { nowMs: NOW_MS, periodMs: 1 };
    const plan = planOf(state, quotesOf({ ABC: "79.00", XYZ: "98.00" }), time);
    const group = plan.groups.find((writes) => writes.some(({ kind }) => kind === "close"));
    expect(group?.map(({ kind }) => kind)).toEqual(["close", "ledger", "snapshot"]);
    // 1000 - 210 realised; + 20 still open.
    expect(dataOf(group?.at(-1)?.write)).toMatchObject({
      cash: "790.00",
      equity: "810.00",
      unrealized_pnl: "20.00",
      open_positions: 1,
    });
    expect(writesOf(plan, "snapshot")).toHaveLength(1);
  });

  test("many closes are cut into groups, each leaving cash and equity right as it stands", () => {
    const trades = ["a", "b", "c"].map((id) => openTrade({}, id));
    const state = userState({ trades, account: knownAccount() });
    const plan = planOf(state, quotesOf({ ABC: "80.00" }), MINUTE, 3);
    const groups = plan.groups.filter((writes) => writes.some(({ kind }) => kind === "close"));
    expect(groups.map((group) => group.length)).toEqual([3, 3, 3]);
    const accounts = groups.map((group) => dataOf(group.at(-1)?.write));
    expect(accounts.map(({ cash, equity }) => [cash, equity])).toEqual([
      ["800.00", "400.00"],
      ["600.00", "400.00"],
      ["400.00", "400.00"],
    ]);
  });

  test("without a connected account a trade closes all the same", () => {
    const plan = planOf(userState(), quotesOf({ ABC: "80.00" }));
    expect(plan.groups[0]?.map(({ kind }) => kind)).toEqual(["close", "ledger"]);
  });

  test("a stop that the user tightened closes the trade also at an unchanged price", () => {
    const quoted = { last_price: "90.00", quoted_at: new Date(NOW_MS - 60_000) };
    const trades = [openTrade({ ...quoted, stop_loss_percent: "5" })];
    const plan = planOf(userState({ trades }), quotesOf({ ABC: "90.00" }));
    expect(writesOf(plan, "close")).toHaveLength(1);
    expect(plan).toMatchObject({ pnlDue: 1, pnlUnchanged: 0 });
  });

  test.each([
    ["just above the stop", "80.01", 0],
    ["at the stop", "80.00", 1],
    ["just below the target", "129.99", 0],
    ["at the target", "130.00", 1],
  ])("%s", (_where, price, closes) => {
    const plan = planOf(userState(), quotesOf({ ABC: price }));
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
      const state = userState({ account: knownAccount() });
      const plan = planOf(state, quotesOf({ ABC: `10${1 + (sweep % 9)}.00` }), time);
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

  test("the snapshot is cash plus the P&L of open trades", () => {
    const trades = [openTrade(), openTrade({ symbol: "XYZ", side: "SELL" }, "t2")];
    const state = userState({ trades, account: knownAccount({}, "v7") });
    const [write] = writesOf(planOf(state, quotesOf({ ABC: "99.00", XYZ: "98.00" })), "snapshot");
    expect(dataOf(write)).toMatchObject({
      cash: "1000.00",
      equity: "1010.00",
      unrealized_pnl: "10.00",
      open_positions: 2,
    });
    expect(write).toMatchObject({ precondition: { kind: "version", version: "v7" } });
  });

  test("an unchanged snapshot, and an account not connected, write nothing", () => {
    const quotes = quotesOf({ ABC: "100.00" });
    const unchanged = userState({ account: knownAccount() });
    const unconnected = userState({ account: knownAccount({ configured: false }) });
    expect(writesOf(planOf(unchanged, quotes), "snapshot")).toEqual([]);
    expect(writesOf(planOf(unconnected, quotes), "snapshot")).toEqual([]);
  });

  test("users' five-minute slots are spread over the sweeps", () => {
    const due = Array.from({ length: 500 }, (_, index) => {
      const uid = `user-${index}`;
      const state = userState({ uid, trades: [openTrade({ uid })] });
      return writesOf(planOf(state, quotesOf({ ABC: "101.00" })), "signal");
    });
    const share = due.filter((writes) => writes.length > 0).length / due.length;
    expect(share).toBeGreaterThan(0.14);
    expect(share).toBeLessThan(0.26);
    for (const [write] of due) if (write !== undefined) signalSchema.parse(dataOf(write));
  });
});
