import type { Query } from "../store/store.ts";
import {
  ledgerByStrategy,
  ledgerBySide,
  ledgerBySymbol,
  ledgerBySymbolAndSide,
  ledgerOfUser,
  ledgerOfUserAndStrategy,
  ledgerOfUserBySide,
  ledgerOfUserBySymbol,
} from "./ledger-queries.ts";
import {
  batchPerformance,
  busiestUsers,
  onboardingErrorsByStep,
  onboardingErrorsOfTenant,
  onboardingErrorsToRetry,
  usersInMode,
  workerWriteRates,
} from "./ops-queries.ts";
import { enabledUsers, openTradesOfUser, openTradesOfUsers } from "./pulse-queries.ts";
import {
  closedTrades,
  closedTradesBySymbol,
  openTrades,
  openTradesBySymbol,
  tradesBySide,
  tradesByStrategy,
  tradesByStrategyAndStatus,
  tradesBySymbol,
} from "./shadow-trade-queries.ts";
import {
  recentSignals,
  signalsByAction,
  signalsByStrategy,
  signalsByStrategyAndAction,
  signalsByStrategyAndSymbol,
  signalsBySymbol,
  signalsBySymbolAndAction,
} from "./signal-queries.ts";
import {
  failingServices,
  heartbeatsByStatus,
  membersByRole,
  silentServices,
  strategiesByStatus,
  strategiesByStatusAndKind,
  strategiesOfUser,
  strategiesOfUserByStatus,
  strategiesOnSymbol,
} from "./tenant-queries.ts";

const PAGE = { limit: 50 };
const LATELY = { since: new Date("2026-01-05T14:30:00Z"), ...PAGE };
const USER = "user-1";
const TENANT = "tenant-1";
const STRATEGY = "strategy-1";
const SYMBOL = "ACME";

/**
 * Every query the service makes, by name, each with an example. A query that is not here may lack
 * its index: tests hold this list against firestore.indexes.json, both ways, and against what the
 * emulator says each query needs.
 */
export const SERVICE_QUERIES: Readonly<Record<string, Query>> = {
  enabledUsers: enabledUsers({ shards: "all", limit: 500 }),
  "enabledUsers, of some shards": enabledUsers({
    shards: [8, 9, 10, 11],
    limit: 500,
    startAfter: { uid: USER, shard: 9 },
  }),
  openTradesOfUsers: openTradesOfUsers({ firstUid: "user-1", lastUid: "user-2", limit: 1000 }),
  openTradesOfUser: openTradesOfUser(USER),
  openTrades: openTrades(USER),
  tradesBySide: tradesBySide(USER, "SELL", LATELY),
  tradesBySymbol: tradesBySymbol(USER, SYMBOL, PAGE),
  openTradesBySymbol: openTradesBySymbol(USER, SYMBOL),
  closedTrades: closedTrades(USER, LATELY),
  closedTradesBySymbol: closedTradesBySymbol(USER, SYMBOL, LATELY),
  tradesByStrategy: tradesByStrategy(USER, STRATEGY, PAGE),
  tradesByStrategyAndStatus: tradesByStrategyAndStatus(USER, STRATEGY, "CLOSED", PAGE),
  recentSignals: recentSignals(USER, PAGE),
  signalsByStrategy: signalsByStrategy(USER, STRATEGY, PAGE),
  signalsBySymbol: signalsBySymbol(USER, SYMBOL, PAGE),
  signalsByAction: signalsByAction(USER, "BUY", PAGE),
  signalsByStrategyAndSymbol: signalsByStrategyAndSymbol(USER, STRATEGY, SYMBOL, PAGE),
  signalsByStrategyAndAction: signalsByStrategyAndAction(USER, STRATEGY, "SELL", PAGE),
  signalsBySymbolAndAction: signalsBySymbolAndAction(USER, SYMBOL, "HOLD", PAGE),
  ledgerOfUserAndStrategy: ledgerOfUserAndStrategy(TENANT, USER, STRATEGY),
  ledgerOfUser: ledgerOfUser(TENANT, USER, LATELY),
  ledgerOfUserBySymbol: ledgerOfUserBySymbol(TENANT, USER, SYMBOL, LATELY),
  ledgerOfUserBySide: ledgerOfUserBySide(TENANT, USER, "BUY", LATELY),
  ledgerByStrategy: ledgerByStrategy(TENANT, STRATEGY, LATELY),
  ledgerBySymbol: ledgerBySymbol(TENANT, SYMBOL, LATELY),
  ledgerBySide: ledgerBySide(TENANT, "BUY", LATELY),
  ledgerBySymbolAndSide: ledgerBySymbolAndSide(TENANT, SYMBOL, "SELL", LATELY),
  strategiesByStatus: strategiesByStatus(TENANT, "active", PAGE),
  strategiesByStatusAndKind: strategiesByStatusAndKind(TENANT, "active", "momentum", PAGE),
  strategiesOfUser: strategiesOfUser(TENANT, USER, PAGE),
  strategiesOfUserByStatus: strategiesOfUserByStatus(TENANT, USER, "paused", PAGE),
  strategiesOnSymbol: strategiesOnSymbol(TENANT, SYMBOL, PAGE),
  membersByRole: membersByRole(TENANT, "admin", PAGE),
  heartbeatsByStatus: heartbeatsByStatus(TENANT, "degraded"),
  silentServices: silentServices(TENANT, LATELY.since),
  failingServices: failingServices(PAGE),
  onboardingErrorsByStep: onboardingErrorsByStep("on_user_created", LATELY),
  onboardingErrorsOfTenant: onboardingErrorsOfTenant(TENANT, PAGE),
  onboardingErrorsToRetry: onboardingErrorsToRetry(10, PAGE),
  workerWriteRates: workerWriteRates(LATELY.since),
  batchPerformance: batchPerformance(LATELY.since),
  busiestUsers: busiestUsers(PAGE),
  usersInMode: usersInMode("halted", PAGE),
};
