import type { Side } from "../schema/tenant.ts";
import { shadowTradesPath, type ShadowTrade } from "../schema/user.ts";
import type { Query } from "../store/store.ts";
import { equals, newestFirst, type PageOptions, since, type SinceOptions } from "./clauses.ts";

type TradeStatus = ShadowTrade["status"];

/** Appendix B, first query: all open trades of a user, newest first. */
export function openTrades(uid: string): Query {
  return {
    ...from(uid),
    where: [equals("status", "OPEN")],
    orderBy: newestFirst("created_at"),
  };
}

/** Appendix B, second query: the trades of one side since a moment, newest first. */
export function tradesBySide(uid: string, side: Side, options: Pick<SinceOptions, "since">): Query {
  return {
    ...from(uid),
    where: [equals("side", side), since("created_at", options.since)],
    orderBy: newestFirst("created_at"),
  };
}

/** The history of one symbol: every trade, open or closed, newest first. */
export function tradesBySymbol(uid: string, symbol: string, { limit }: PageOptions): Query {
  return {
    ...from(uid),
    where: [equals("symbol", symbol)],
    orderBy: newestFirst("created_at"),
    limit,
  };
}

/** The open positions in one symbol, newest first. */
export function openTradesBySymbol(uid: string, symbol: string): Query {
  return {
    ...from(uid),
    where: [equals("status", "OPEN"), equals("symbol", symbol)],
    orderBy: newestFirst("created_at"),
  };
}

/** The trades closed since a moment, the one closed last first. */
export function closedTrades(uid: string, options: SinceOptions): Query {
  return {
    ...from(uid),
    where: [equals("status", "CLOSED"), since("closed_at", options.since)],
    orderBy: newestFirst("closed_at"),
    limit: options.limit,
  };
}

/** The trades in one symbol closed since a moment, the one closed last first. */
export function closedTradesBySymbol(uid: string, symbol: string, options: SinceOptions): Query {
  return {
    ...from(uid),
    where: [
      equals("status", "CLOSED"),
      equals("symbol", symbol),
      since("closed_at", options.since),
    ],
    orderBy: newestFirst("closed_at"),
    limit: options.limit,
  };
}

/** What a strategy has traded, newest first. */
export function tradesByStrategy(uid: string, strategyId: string, { limit }: PageOptions): Query {
  return {
    ...from(uid),
    where: [equals("strategy_id", strategyId)],
    orderBy: newestFirst("created_at"),
    limit,
  };
}

/** A strategy's open, or closed, trades, newest first. */
export function tradesByStrategyAndStatus(
  uid: string,
  strategyId: string,
  status: TradeStatus,
  { limit }: PageOptions,
): Query {
  return {
    ...from(uid),
    where: [equals("strategy_id", strategyId), equals("status", status)],
    orderBy: newestFirst("created_at"),
    limit,
  };
}

function from(uid: string): Pick<Query, "from"> {
  return { from: { kind: "collection", path: shadowTradesPath(uid) } };
}
