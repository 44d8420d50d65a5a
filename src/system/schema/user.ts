import { z } from "zod";
import {
  moneyString,
  percentLimitString,
  percentString,
  priceString,
  quantityString,
  totalString,
} from "./decimal.ts";
import { count, documentId, documentPath, timestamp } from "./document.ts";
import { emailAddress } from "./email-address.ts";
import { tickerSymbol } from "./symbol.ts";
import { side } from "./tenant.ts";

/** users/{uid} */
export const userSchema = z.object({
  email: emailAddress,
  tenant_id: documentId,
  onboarded: z.boolean(),
  created_at: timestamp,
});
export type User = z.infer<typeof userSchema>;

export const USERS = "users";
export const userPath = (uid: string): string => documentPath(USERS, uid);

/** users/{uid}/shadowTradeHistory/{tradeId}: a simulated position, revalued by every pulse */
export const shadowTradeSchema = z.object({
  uid: documentId,
  tenant_id: documentId,
  strategy_id: documentId,
  symbol: tickerSymbol,
  side,
  status: z.enum(["OPEN", "CLOSED"]),
  quantity: quantityString,
  entry_price: priceString,
  /** The quote the P&L was computed from. */
  last_price: priceString,
  pnl: moneyString,
  pnl_percent: percentString,
  /** The pulse closes the trade when its loss reaches this many percent of the entry. */
  stop_loss_percent: percentLimitString,
  /** The pulse closes the trade when its gain reaches this many percent of the entry. */
  take_profit_percent: percentLimitString,
  created_at: timestamp,
  /** When the quote of last_price was taken; null until the first pulse. */
  quoted_at: timestamp.nullable(),
  closed_at: timestamp.nullable(),
});
export type ShadowTrade = z.infer<typeof shadowTradeSchema>;

export const SHADOW_TRADES = "shadowTradeHistory";
export const shadowTradesPath = (uid: string): string => `${userPath(uid)}/${SHADOW_TRADES}`;
export const shadowTradePath = (uid: string, tradeId: string): string =>
  documentPath(USERS, uid, SHADOW_TRADES, tradeId);

/** users/{uid}/signals/{signalId}: ephemeral; the TTL policy on expires_at deletes it */
export const signalSchema = z.object({
  uid: documentId,
  strategy_id: documentId,
  symbol: tickerSymbol,
  action: z.enum(["BUY", "SELL", "HOLD"]),
  /** From 0 to 1. */
  confidence: z.number().min(0).max(1),
  price: priceString,
  created_at: timestamp,
  expires_at: timestamp,
});
export type Signal = z.infer<typeof signalSchema>;

const SIGNALS = "signals";
export const signalsPath = (uid: string): string => `${userPath(uid)}/${SIGNALS}`;
export const signalPath = (uid: string, signalId: string): string =>
  documentPath(USERS, uid, SIGNALS, signalId);

/** users/{uid}/alpacaAccounts/snapshot */
export const accountSchema = z.object({
  configured: z.boolean(),
  /** Cash plus the P&L of all open trades. */
  equity: totalString,
  /** Present once an account is connected. */
  cash: totalString.optional(),
  unrealized_pnl: totalString.optional(),
  open_positions: count.optional(),
  note: z.string().optional(),
  updated_at: timestamp,
});
export type Account = z.infer<typeof accountSchema>;

const ACCOUNTS = "alpacaAccounts";
const ACCOUNT_SNAPSHOT = "snapshot";
export const accountPath = (uid: string): string =>
  documentPath(USERS, uid, ACCOUNTS, ACCOUNT_SNAPSHOT);

/** users/{uid}/secrets/alpaca: never readable by a client; keys are stored encrypted */
export const secretSchema = z.object({
  configured: z.boolean(),
  base_url: z.url(),
  note: z.string().optional(),
  key_id_encrypted: z.string().optional(),
  secret_encrypted: z.string().optional(),
});
export type Secret = z.infer<typeof secretSchema>;

const SECRETS = "secrets";
export const secretPath = (uid: string): string => documentPath(USERS, uid, SECRETS, "alpaca");

/**
 * users/{uid}/status/trading: the kill switch. It carries uid, tenant_id and shard besides, so
 * that one collection-group query pages a sweep through the enabled users of a shard without
 * reading each user's root document.
 */
export const tradingStatusSchema = z.object({
  enabled: z.boolean(),
  mode: z.enum(["safe", "paper", "live", "halted"]),
  reason: z.string(),
  uid: documentId,
  tenant_id: documentId,
  /** shardOf(tenant_id), 0 to SHARD_COUNT - 1. */
  shard: count,
  changed_at: timestamp,
});
export type TradingStatus = z.infer<typeof tradingStatusSchema>;

export const STATUS = "status";
const TRADING = "trading";
export const tradingStatusPath = (uid: string): string => documentPath(USERS, uid, STATUS, TRADING);

/** users/{uid}/config/preferences */
export const preferencesSchema = z.object({
  theme: z.enum(["dark", "light", "system"]),
  risk_tolerance: z.enum(["conservative", "moderate", "aggressive"]),
  /** Share of the equity put into one new position, 0 to 1. */
  default_allocation: z.number().min(0).max(1),
  max_positions: z.int().min(1).max(100),
});
export type Preferences = z.infer<typeof preferencesSchema>;

const CONFIG = "config";
export const preferencesPath = (uid: string): string =>
  documentPath(USERS, uid, CONFIG, "preferences");
