import { idOf } from "../schema/document.ts";
import { notional, sum } from "../schema/money.ts";
import { closingTradeId, ledgerTradePath, type LedgerTrade } from "../schema/tenant.ts";
import type { Write } from "../store/store.ts";
import { accountWrite, figuresOf } from "./account-write.ts";
import type { PlannedWrite, WriteGroup } from "./planned-write.ts";
import type { KnownAccount, UserState } from "./user-state.ts";
import { valuedFields, type Valuation } from "./value-trade.ts";

export interface ClosingContext {
  readonly state: UserState;
  readonly closedAt: Date;
  /** Writes a group may have at most; at least 3. */
  readonly groupMax: number;
}

/** Writes of one closing trade: the trade and its ledger entry. */
const WRITES_PER_CLOSE = 2;

/**
 * Closes the trades that reached their stop or target. A closed trade, its entry in the tenant's
 * ledger and the realised profit in the user's cash are committed together or not at all. Many
 * closes are cut into several such groups, each leaving cash and equity right as it stands.
 */
export function closeTrades(
  context: ClosingContext,
  valuations: readonly Valuation[],
): readonly WriteGroup[] {
  const closing = valuations.filter(({ closes }) => closes);
  let known = context.state.account;
  let open = valuations;
  const groups: WriteGroup[] = [];
  const size = Math.max(1, Math.floor((context.groupMax - 1) / WRITES_PER_CLOSE));
  for (let first = 0; first < closing.length; first += size) {
    const batch = closing.slice(first, first + size);
    open = open.filter((valuation) => !batch.includes(valuation));
    const settled = settleAccount(context, known, batch, open);
    groups.push([
      ...batch.flatMap((valuation) => closeTrade(context, valuation)),
      ...settled.writes,
    ]);
    known = settled.known;
  }
  return groups;
}

function closeTrade({ state, closedAt }: ClosingContext, valuation: Valuation): WriteGroup {
  const { open } = valuation;
  const closed: Write = {
    kind: "update",
    path: open.path,
    data: { ...valuedFields(valuation), status: "CLOSED", closed_at: closedAt },
    precondition: { kind: "version", version: open.version },
  };
  return [
    { kind: "close", write: closed },
    { kind: "ledger", write: ledgerEntry(state, valuation, closedAt) },
  ];
}

/** One trade closes once: its entry's ID follows from its own, so a second cannot be made. */
function ledgerEntry(state: UserState, { open, price, result }: Valuation, closedAt: Date): Write {
  const { trade } = open;
  const data: LedgerTrade = {
    uid: state.uid,
    strategy_id: trade.strategy_id,
    symbol: trade.symbol,
    side: trade.side === "BUY" ? "SELL" : "BUY",
    quantity: trade.quantity,
    price,
    notional: notional(trade.quantity, price),
    realized_pnl: result.pnl,
    ts: closedAt,
  };
  const entryId = closingTradeId(state.uid, idOf(open.path));
  return { kind: "create", path: ledgerTradePath(state.tenantId, entryId), data };
}

interface Settled {
  readonly writes: readonly PlannedWrite[];
  readonly known: KnownAccount | undefined;
}

/** Moves what was realised into the cash of a connected account. */
function settleAccount(
  { closedAt }: ClosingContext,
  known: KnownAccount | undefined,
  closed: readonly Valuation[],
  stillOpen: readonly Valuation[],
): Settled {
  const cash = known?.account.cash;
  if (known?.account.configured !== true || cash === undefined) return { writes: [], known };
  const newCash = sum([cash, ...closed.map(({ result }) => result.pnl)]);
  const planned = accountWrite(known, figuresOf(newCash, stillOpen), closedAt);
  const account = { ...known.account, cash: newCash };
  return { writes: [planned], known: { path: known.path, account, version: undefined } };
}
