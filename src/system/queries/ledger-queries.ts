import { ledgerTradesPath, type Side } from "../schema/tenant.ts";
import type { Filter, Query } from "../store/store.ts";
import { equals, newestFirst, oldestFirst, since, type SinceOptions } from "./clauses.ts";

/*
 * No query asks for a whole tenant's ledger by time alone: an index on ts with nothing before it
 * takes 500 writes a second, whatever the tenant's size. Whoever wants all of it asks once for each
 * side and merges. See docs/indexes.md.
 */

/** Appendix B, third query: a user's trades of one strategy, oldest first. */
export function ledgerOfUserAndStrategy(tenantId: string, uid: string, strategyId: string): Query {
  return {
    from: { kind: "collection", path: ledgerTradesPath(tenantId) },
    where: [equals("uid", uid), equals("strategy_id", strategyId)],
    orderBy: oldestFirst("ts"),
  };
}

export function ledgerOfUser(tenantId: string, uid: string, options: SinceOptions): Query {
  return latest(tenantId, [equals("uid", uid)], options);
}

export function ledgerOfUserBySymbol(
  tenantId: string,
  uid: string,
  symbol: string,
  options: SinceOptions,
): Query {
  return latest(tenantId, [equals("uid", uid), equals("symbol", symbol)], options);
}

export function ledgerOfUserBySide(
  tenantId: string,
  uid: string,
  side: Side,
  options: SinceOptions,
): Query {
  return latest(tenantId, [equals("uid", uid), equals("side", side)], options);
}

export function ledgerByStrategy(
  tenantId: string,
  strategyId: string,
  options: SinceOptions,
): Query {
  return latest(tenantId, [equals("strategy_id", strategyId)], options);
}

export function ledgerBySymbol(tenantId: string, symbol: string, options: SinceOptions): Query {
  return latest(tenantId, [equals("symbol", symbol)], options);
}

/** One half of a tenant's whole ledger. */
export function ledgerBySide(tenantId: string, side: Side, options: SinceOptions): Query {
  return latest(tenantId, [equals("side", side)], options);
}

export function ledgerBySymbolAndSide(
  tenantId: string,
  symbol: string,
  side: Side,
  options: SinceOptions,
): Query {
  return latest(tenantId, [equals("symbol", symbol), equals("side", side)], options);
}

function latest(tenantId: string, where: readonly Filter[], options: SinceOptions): Query {
  return {
    from: { kind: "collection", path: ledgerTradesPath(tenantId) },
    where: [...where, since("ts", options.since)],
    orderBy: newestFirst("ts"),
    limit: options.limit,
  };
}
