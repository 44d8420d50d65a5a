import { signalsPath, type Signal } from "../schema/user.ts";
import type { Filter, Query } from "../store/store.ts";
import { equals, newestFirst, type PageOptions } from "./clauses.ts";

type Action = Signal["action"];

/** A user's latest signals. */
export function recentSignals(uid: string, options: PageOptions): Query {
  return latest(uid, [], options);
}

export function signalsByStrategy(uid: string, strategyId: string, options: PageOptions): Query {
  return latest(uid, [equals("strategy_id", strategyId)], options);
}

export function signalsBySymbol(uid: string, symbol: string, options: PageOptions): Query {
  return latest(uid, [equals("symbol", symbol)], options);
}

export function signalsByAction(uid: string, action: Action, options: PageOptions): Query {
  return latest(uid, [equals("action", action)], options);
}

/** What a strategy says of one symbol. */
export function signalsByStrategyAndSymbol(
  uid: string,
  strategyId: string,
  symbol: string,
  options: PageOptions,
): Query {
  return latest(uid, [equals("strategy_id", strategyId), equals("symbol", symbol)], options);
}

/** When a strategy last said to buy, to sell or to hold. */
export function signalsByStrategyAndAction(
  uid: string,
  strategyId: string,
  action: Action,
  options: PageOptions,
): Query {
  return latest(uid, [equals("strategy_id", strategyId), equals("action", action)], options);
}

/** When any strategy last said to buy, to sell or to hold one symbol. */
export function signalsBySymbolAndAction(
  uid: string,
  symbol: string,
  action: Action,
  options: PageOptions,
): Query {
  return latest(uid, [equals("symbol", symbol), equals("action", action)], options);
}

function latest(uid: string, where: readonly Filter[], { limit }: PageOptions): Query {
  return {
    from: { kind: "collection", path: signalsPath(uid) },
    ...(where.length === 0 ? {} : { where }),
    orderBy: newestFirst("created_at"),
    limit,
  };
}
