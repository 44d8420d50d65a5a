import { hash32 } from "../../std/rng.ts";
import {
  compareDecimals,
  notional,
  profitAndLoss,
  sum,
  type ProfitAndLoss,
} from "../schema/money.ts";
import { userWriteRatePath, type UserWriteRate } from "../schema/ops.ts";
import { ledgerTradePath, type LedgerTrade } from "../schema/tenant.ts";
import { accountPath, signalPath, type Signal } from "../schema/user.ts";
import { idOf } from "../schema/document.ts";
import type { Write } from "../store/store.ts";
import type { PulseConfig } from "./config.ts";
import type { Quote } from "./quotes.ts";
import type { OpenTrade, UserState } from "./user-state.ts";

/** What a write of the plan is for. */
export type WriteKind = "pnl" | "close" | "ledger" | "snapshot" | "signal" | "write-rate" | "ops";

export interface PlannedWrite {
  readonly kind: WriteKind;
  readonly write: Write;
}

/** Writes that must be committed together: a closing trade and its ledger entry, else one write. */
type WriteGroup = readonly PlannedWrite[];

export interface UserPlan {
  readonly groups: readonly WriteGroup[];
  /** P&L updates that fell due, unchanged ones included. */
  readonly pnlDue: number;
  /** P&L updates left out because neither price nor P&L changed. */
  readonly pnlUnchanged: number;
}

/** When the plan is made, on the wall clock, and how often. */
export interface PlanTime {
  readonly nowMs: number;
  readonly periodMs: number;
}

interface Valuation {
  readonly open: OpenTrade;
  readonly quote: Quote | undefined;
  readonly result: ProfitAndLoss;
  readonly closes: boolean;
}

/**
 * Decides a user's writes from state and quotes; touches nothing. The same state and quotes give
 * the same writes and the same document IDs, so a repeat after a lost answer changes nothing.
 */
export function planUser(
  state: UserState,
  quotes: ReadonlyMap<string, Quote>,
  time: PlanTime,
  config: PulseConfig,
): UserPlan {
  const valuations = state.trades.map((open) => valueTrade(open, quotes.get(open.trade.symbol)));
  const changed = valuations.filter(
    ({ open, quote }) =>
      quote !== undefined &&
      (open.trade.quoted_at === null || quote.price !== open.trade.last_price),
  );
  const groups: WriteGroup[] = changed.map((valuation) =>
    valuation.closes ? closeTrade(state, valuation, time) : [revalue(valuation)],
  );
  groups.push(...snapshotGroup(state, valuations, time, config));
  groups.push(...signalGroup(state, valuations, time, config));
  groups.push(...writeRateGroup(state, groups, time, config));
  return {
    groups,
    pnlDue: valuations.length,
    pnlUnchanged: valuations.length - changed.length,
  };
}

function valueTrade(open: OpenTrade, quote: Quote | undefined): Valuation {
  const { trade } = open;
  const price = quote?.price ?? trade.last_price;
  const result = profitAndLoss(trade.side, trade.quantity, trade.entry_price, price);
  const closes =
    quote !== undefined &&
    (compareDecimals(result.percent, `-${trade.stop_loss_percent}`) <= 0 ||
      compareDecimals(result.percent, trade.take_profit_percent) >= 0);
  return { open, quote, result, closes };
}

function revalue({ open, quote, result }: Valuation): PlannedWrite {
  return {
    kind: "pnl",
    write: {
      kind: "update",
      path: open.path,
      data: {
        last_price: quote?.price ?? open.trade.last_price,
        pnl: result.pnl,
        pnl_percent: result.percent,
        quoted_at: quote === undefined ? open.trade.quoted_at : new Date(quote.atMs),
      },
      precondition: { kind: "version", version: open.version },
    },
  };
}

/** Closes a trade at its stop or target, and enters the execution in the tenant's ledger. */
function closeTrade(state: UserState, valuation: Valuation, time: PlanTime): WriteGroup {
  const { open, result } = valuation;
  const closedAt = new Date(time.nowMs);
  const update = revalue(valuation).write;
  const data = { ...("data" in update ? update.data : {}), status: "CLOSED", closed_at: closedAt };
  return [
    {
      kind: "close",
      write: {
        kind: "update",
        path: open.path,
        data,
        precondition: { kind: "version", version: open.version },
      },
    },
    { kind: "ledger", write: ledgerEntry(state, open, valuation, result.pnl, closedAt) },
  ];
}

function ledgerEntry(
  state: UserState,
  open: OpenTrade,
  { quote }: Valuation,
  realizedPnl: string,
  closedAt: Date,
): Write {
  const { trade } = open;
  const price = quote?.price ?? trade.last_price;
  const data: LedgerTrade = {
    uid: state.uid,
    strategy_id: trade.strategy_id,
    symbol: trade.symbol,
    side: trade.side === "BUY" ? "SELL" : "BUY",
    quantity: trade.quantity,
    price,
    notional: notional(trade.quantity, price),
    realized_pnl: realizedPnl,
    ts: closedAt,
  };
  return { kind: "create", path: ledgerTradePath(state.tenantId, closingTradeId(open)), data };
}

/** One trade closes once: the ledger entry's ID is the trade's, so a second one cannot be made. */
function closingTradeId(open: OpenTrade): string {
  return `${idOf(open.path)}-close`;
}

/** The account snapshot, when its time has come and a figure in it has changed. */
function snapshotGroup(
  state: UserState,
  valuations: readonly Valuation[],
  time: PlanTime,
  config: PulseConfig,
): readonly WriteGroup[] {
  const { account } = state;
  if (account?.configured !== true || account.cash === undefined) return [];
  if (!slotBegins(state.uid, "snapshot", config.snapshotSeconds, time)) return [];
  const stillOpen = valuations.filter(({ closes }) => !closes);
  const unrealized = sum(stillOpen.map(({ result }) => result.pnl));
  const equity = sum([account.cash, unrealized]);
  const positions = stillOpen.length;
  if (
    account.equity === equity &&
    account.unrealized_pnl === unrealized &&
    account.open_positions === positions
  ) {
    return [];
  }
  const data = {
    equity,
    unrealized_pnl: unrealized,
    open_positions: positions,
    updated_at: new Date(time.nowMs),
  };
  return [[{ kind: "snapshot", write: { kind: "update", path: accountPath(state.uid), data } }]];
}

/** Gain in per cent at which a signal is fully confident. */
const FULL_CONFIDENCE_PERCENT = 10;

/** A signal on the trade that moved most, once in every signal period. */
function signalGroup(
  state: UserState,
  valuations: readonly Valuation[],
  time: PlanTime,
  config: PulseConfig,
): readonly WriteGroup[] {
  if (!slotBegins(state.uid, "signal", config.signalSeconds, time)) return [];
  const moved = valuations.filter(({ quote }) => quote !== undefined);
  const [strongest] = [...moved].sort((left, right) => strength(right) - strength(left));
  if (strongest?.quote === undefined) return [];
  const { trade } = strongest.open;
  const data: Signal = {
    uid: state.uid,
    strategy_id: trade.strategy_id,
    symbol: trade.symbol,
    action: actionOf(strongest),
    confidence: Math.min(1, strength(strongest) / FULL_CONFIDENCE_PERCENT),
    price: strongest.quote.price,
    created_at: new Date(time.nowMs),
    expires_at: new Date(time.nowMs + config.signalLifeSeconds * 1000),
  };
  const slot = slotOf(state.uid, "signal", config.signalSeconds * 1000, time.nowMs);
  const signalId = `${hash32(`${state.uid}/${slot}`).toString(36)}-${slot}`;
  const write: Write = { kind: "set", path: signalPath(state.uid, signalId), data, merge: false };
  return [[{ kind: "signal", write }]];
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
  state: UserState,
  groups: readonly WriteGroup[],
  time: PlanTime,
  config: PulseConfig,
): readonly WriteGroup[] {
  if (groups.length === 0) return [];
  if (!slotBegins(state.uid, "write-rate", config.userRateSeconds, time)) return [];
  const writes = groups.reduce((total, group) => total + group.length, 0);
  const data: UserWriteRate = {
    writes_per_minute: Math.round((writes * 60_000) / time.periodMs),
    last_updated: new Date(time.nowMs),
  };
  return [
    [
      {
        kind: "write-rate",
        write: { kind: "set", path: userWriteRatePath(state.uid), data, merge: false },
      },
    ],
  ];
}

/**
 * Whether a new slot of `seconds` began for this user since the sweep before. Users' slots are
 * shifted against each other by a hash, so that what happens every five minutes happens for some
 * users in every sweep, not for all in one. Needs no memory: any worker comes to the same answer.
 */
function slotBegins(uid: string, purpose: string, seconds: number, time: PlanTime): boolean {
  const lengthMs = seconds * 1000;
  if (lengthMs <= time.periodMs) return true;
  return (
    slotOf(uid, purpose, lengthMs, time.nowMs) !==
    slotOf(uid, purpose, lengthMs, time.nowMs - time.periodMs)
  );
}

function slotOf(uid: string, purpose: string, lengthMs: number, atMs: number): number {
  const shiftMs = hash32(`${uid}/${purpose}`) % lengthMs;
  return Math.floor((atMs + shiftMs) / lengthMs);
}
