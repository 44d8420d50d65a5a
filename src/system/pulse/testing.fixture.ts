import { accountPath, shadowTradePath, type Account, type ShadowTrade } from "../schema/user.ts";
import type { Quote } from "./quotes.ts";
import type { KnownAccount, OpenTrade, UserState } from "./user-state.ts";

/** For tests: 09:30:00 UTC on a Monday. */
export const NOW_MS = Date.UTC(2026, 10, 23, 9, 30);

export function openTrade(fields: Partial<ShadowTrade> = {}, tradeId = "t1"): OpenTrade {
  const trade: ShadowTrade = {
    uid: "u1",
    tenant_id: "acme",
    strategy_id: "s1",
    symbol: "ABC",
    side: "BUY",
    status: "OPEN",
    quantity: "10",
    entry_price: "100.00",
    last_price: "100.00",
    pnl: "0.00",
    pnl_percent: "0.0000",
    stop_loss_percent: "20",
    take_profit_percent: "30",
    created_at: new Date(NOW_MS - 3_600_000),
    quoted_at: null,
    closed_at: null,
    ...fields,
  };
  return { path: shadowTradePath(trade.uid, tradeId), version: `v-${tradeId}`, trade };
}

export function account(fields: Partial<Account> = {}): Account {
  return {
    configured: true,
    equity: "1000.00",
    cash: "1000.00",
    unrealized_pnl: "0.00",
    open_positions: 1,
    updated_at: new Date(NOW_MS - 60_000),
    ...fields,
  };
}

export function knownAccount(fields: Partial<Account> = {}, version?: string): KnownAccount {
  return { path: accountPath("u1"), account: account(fields), version };
}

export function userState(fields: Partial<UserState> = {}): UserState {
  return { uid: "u1", tenantId: "acme", trades: [openTrade()], account: undefined, ...fields };
}

export function quotesOf(prices: Readonly<Record<string, string>>): ReadonlyMap<string, Quote> {
  return new Map(
    Object.entries(prices).map(([symbol, price]) => [symbol, { symbol, price, atMs: NOW_MS - 5 }]),
  );
}
