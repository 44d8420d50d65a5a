import { z } from "zod";
import { moneyString, notionalString, priceString, quantityString } from "./decimal.ts";
import { count, documentId, documentPath, timestamp } from "./document.ts";
import { emailAddress } from "./email-address.ts";
import { tickerSymbol } from "./symbol.ts";

const plan = z.enum(["free", "pro", "enterprise"]);
export type Plan = z.infer<typeof plan>;

/** tenants/{tenantId} */
export const tenantSchema = z.object({
  name: z.string().min(1),
  owner_uid: documentId,
  plan,
  status: z.enum(["active", "suspended"]),
  created_at: timestamp,
});
export type Tenant = z.infer<typeof tenantSchema>;

const TENANTS = "tenants";
export const tenantPath = (tenantId: string): string => documentPath(TENANTS, tenantId);

const memberRole = z.enum(["member", "admin", "owner"]);
export type MemberRole = z.infer<typeof memberRole>;

/** tenants/{tenantId}/users/{uid}: membership */
export const memberSchema = z.object({
  uid: documentId,
  role: memberRole,
  email: emailAddress,
  created_at: timestamp,
});
export type Member = z.infer<typeof memberSchema>;

const MEMBERS = "users";
export const membersPath = (tenantId: string): string => `${tenantPath(tenantId)}/${MEMBERS}`;
export const memberPath = (tenantId: string, uid: string): string =>
  documentPath(TENANTS, tenantId, MEMBERS, uid);

export const side = z.enum(["BUY", "SELL"]);
export type Side = z.infer<typeof side>;

/** tenants/{tenantId}/ledger_trades/{tradeId}: immutable, one for each execution */
export const ledgerTradeSchema = z.object({
  uid: documentId,
  strategy_id: documentId,
  symbol: tickerSymbol,
  side,
  quantity: quantityString,
  price: priceString,
  /** quantity × price */
  notional: notionalString,
  /** Realised profit or loss of a closing execution; "0" for an opening one. */
  realized_pnl: moneyString,
  ts: timestamp,
});
export type LedgerTrade = z.infer<typeof ledgerTradeSchema>;

const LEDGER_TRADES = "ledger_trades";
export const ledgerTradesPath = (tenantId: string): string =>
  `${tenantPath(tenantId)}/${LEDGER_TRADES}`;
export const ledgerTradePath = (tenantId: string, tradeId: string): string =>
  documentPath(TENANTS, tenantId, LEDGER_TRADES, tradeId);

/** How the ID of every closing entry ends; firestore.rules keeps clients from making such IDs. */
const CLOSING_SUFFIX = "_close";

/**
 * The ID of the ledger entry that closes a shadow trade. It follows from the trade, so that a pulse
 * that tries again finds its own entry instead of making a second one.
 */
export const closingTradeId = (uid: string, tradeId: string): string =>
  `${uid}_${tradeId}${CLOSING_SUFFIX}`;

/** Whether a ledger entry's ID is one that only a pulse may make. */
export const isClosingTradeId = (id: string): boolean => id.endsWith(CLOSING_SUFFIX);

/** tenants/{tenantId}/strategies/{strategyId} */
export const strategySchema = z.object({
  uid: documentId,
  name: z.string().min(1),
  kind: z.enum(["momentum", "mean-reversion", "breakout", "pairs"]),
  status: z.enum(["active", "paused", "archived"]),
  symbols: z.array(tickerSymbol).min(1).max(50),
  created_at: timestamp,
  updated_at: timestamp,
});
export type Strategy = z.infer<typeof strategySchema>;

const STRATEGIES = "strategies";
export const strategiesPath = (tenantId: string): string => `${tenantPath(tenantId)}/${STRATEGIES}`;
export const strategyPath = (tenantId: string, strategyId: string): string =>
  documentPath(TENANTS, tenantId, STRATEGIES, strategyId);

/** tenants/{tenantId}/ops_heartbeats/{serviceId}: one document for each tenant and service shard */
export const heartbeatSchema = z.object({
  service_id: documentId,
  status: z.enum(["ok", "degraded", "failing"]),
  sweep_id: z.string().min(1),
  users_swept: count,
  users_failed: count,
  writes: count,
  last_beat_at: timestamp,
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

export const HEARTBEATS = "ops_heartbeats";
export const heartbeatsPath = (tenantId: string): string => `${tenantPath(tenantId)}/${HEARTBEATS}`;
export const heartbeatPath = (tenantId: string, serviceId: string): string =>
  documentPath(TENANTS, tenantId, HEARTBEATS, serviceId);
