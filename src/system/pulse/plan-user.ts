import { hash32 } from "../../std/rng.ts";
import { userWriteRatePath, type UserWriteRate } from "../schema/ops.ts";
import { signalPath, type Signal } from "../schema/user.ts";
import { accountChanged, accountWrite, figuresOf } from "./account-write.ts";
import { closeTrades } from "./close-trades.ts";
import type { PulseConfig } from "./config.ts";
import type { PlannedWrite, WriteGroup } from "./planned-write.ts";
import type { Quote } from "./quotes.ts";
import { slotBegins, slotOf, type PlanTime } from "./slots.ts";
import type { UserState } from "./user-state.ts";
import { valuedFields, valueTrade, type Valuation } from "./value-trade.ts";

export interface UserPlan {
  readonly groups: readonly WriteGroup[];
  /** P&L updates that fell due, unchanged ones included. */
  readonly pnlDue: number;
  /** P&L updates left out because neither price nor P&L changed. */
  readonly pnlUnchanged: number;
}

export interface PlanOptions {
  readonly time: PlanTime;
  readonly config: PulseConfig;
  /** Writes that may be committed together, at most. */
  readonly groupMax: number;
}

/**
 * Decides a user's writes from state and quotes; touches nothing. The same state and quotes give
 * the same writes and the same document IDs, so a repeat after a lost answer changes nothing.
 */
export function planUser(
  state: UserState,
  quotes: ReadonlyMap<string, Quote>,
  { time, config, groupMax }: PlanOptions,
): UserPlan {
  const valuations = state.trades.map((open) => valueTrade(open, quotes.get(open.trade.symbol)));
  const revalued = valuations.filter(({ changed, closes }) => changed && !closes);
  const closes = valuations.filter((valuation) => valuation.closes);
  const now = new Date(time.nowMs);
  const groups: WriteGroup[] = revalued.map((valuation) => [revalue(valuation)]);
  // A close settles the account as well, so then no snapshot of its own is due.
  if (closes.length > 0) {
    groups.push(...closeTrades({ state, closedAt: now, groupMax }, valuations));
  } else {
    groups.push(...snapshotGroup(state, valuations, time, config));
  }
  groups.push(...signalGroup(state, valuations, time, config));
  groups.push(...writeRateGroup(state, groups, time, config));
  return {
    groups,
    pnlDue: valuations.length,
    pnlUnchanged: valuations.length - revalued.length - closes.length,
  };
}

function revalue(valuation: Valuation): PlannedWrite {
  const { path, version } = valuation.open;
  const precondition = { kind: "version", version } as const;
  return {
    kind: "pnl",
    write: { kind: "update", path, data: valuedFields(valuation), precondition },
  };
}

/** The account snapshot, when its time has come and a figure in it has changed. */
function snapshotGroup(
  { uid, account: known }: UserState,
  valuations: readonly Valuation[],
  time: PlanTime,
  config: PulseConfig,
): readonly WriteGroup[] {
  const cash = known?.account.cash;
  if (known?.account.configured !== true || cash === undefined) return [];
  if (!slotBegins(uid, "snapshot", config.snapshotSeconds, time)) return [];
  const figures = figuresOf(cash, valuations);
  if (!accountChanged(known, figures)) return [];
  return [[accountWrite(known, figures, new Date(time.nowMs))]];
}

/** Move in per cent at which a signal is fully confident. */
const FULL_CONFIDENCE_PERCENT = 10;

/** A signal on the trade that moved most, once in every signal period. */
function signalGroup(
  { uid }: UserState,
  valuations: readonly Valuation[],
  time: PlanTime,
  config: PulseConfig,
): readonly WriteGroup[] {
  if (!slotBegins(uid, "signal", config.signalSeconds, time)) return [];
  const quoted = valuations.filter(({ isQuoted }) => isQuoted);
  const [strongest] = [...quoted].sort((left, right) => strength(right) - strength(left));
  if (strongest === undefined) return [];
  const { trade } = strongest.open;
  const data: Signal = {
    uid,
    strategy_id: trade.strategy_id,
    symbol: trade.symbol,
    action: actionOf(strongest),
    confidence: Math.min(1, strength(strongest) / FULL_CONFIDENCE_PERCENT),
    price: strongest.price,
    created_at: new Date(time.nowMs),
    expires_at: new Date(time.nowMs + config.signalLifeSeconds * 1000),
  };
  // The hash first: IDs that begin with a counter would all be written at one end of the keys.
  const slot = slotOf(uid, "signal", config.signalSeconds, time.nowMs);
  const signalId = `${hash32(`${uid}/${slot}`).toString(36)}-${slot}`;
  const path = signalPath(uid, signalId);
  return [[{ kind: "signal", write: { kind: "set", path, data, merge: false } }]];
}

function strength({ result }: Valuation): number {
  return Math.abs(Number(result.percent));
}

/** Below this move, in per cent, a signal says HOLD. */
const HOLD_PERCENT = 0.05;

function actionOf(valuation: Valuation): Signal["action"] {
  if (strength(valuation) < HOLD_PERCENT) return "HOLD";
  const rising = Number(valuation.result.percent) > 0 === (valuation.open.trade.side === "BUY");
  return rising ? "BUY" : "SELL";
}

function writeRateGroup(
  { uid }: UserState,
  groups: readonly WriteGroup[],
  time: PlanTime,
  config: PulseConfig,
): readonly WriteGroup[] {
  if (groups.length === 0) return [];
  if (!slotBegins(uid, "write-rate", config.userRateSeconds, time)) return [];
  const writes = groups.reduce((total, group) => total + group.length, 0);
  const data: UserWriteRate = {
    writes_per_minute: Math.round((writes * 60_000) / time.periodMs),
    last_updated: new Date(time.nowMs),
  };
  const path = userWriteRatePath(uid);
  return [[{ kind: "write-rate", write: { kind: "set", path, data, merge: false } }]];
}
