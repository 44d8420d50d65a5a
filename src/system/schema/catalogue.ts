import type { z } from "zod";
import { invitationSchema } from "./invitation.ts";
import {
  batchPerformanceSchema,
  onboardingErrorSchema,
  sweepLeaseSchema,
  userWriteRateSchema,
  workerWriteRateSchema,
} from "./ops.ts";
import {
  heartbeatSchema,
  ledgerTradeSchema,
  memberSchema,
  strategySchema,
  tenantSchema,
} from "./tenant.ts";
import {
  accountSchema,
  preferencesSchema,
  secretSchema,
  shadowTradeSchema,
  signalSchema,
  tradingStatusSchema,
  userSchema,
} from "./user.ts";

/** One kind of document: where it lies ({name} stands for any ID) and what it holds. */
export interface DocumentFamily {
  readonly name: FamilyName;
  readonly pattern: string;
  readonly schema: z.ZodType;
}

export type FamilyName = keyof typeof FAMILIES;

const FAMILIES = {
  tenant: { pattern: "tenants/{tenantId}", schema: tenantSchema },
  member: { pattern: "tenants/{tenantId}/users/{uid}", schema: memberSchema },
  ledgerTrade: { pattern: "tenants/{tenantId}/ledger_trades/{tradeId}", schema: ledgerTradeSchema },
  strategy: { pattern: "tenants/{tenantId}/strategies/{strategyId}", schema: strategySchema },
  heartbeat: { pattern: "tenants/{tenantId}/ops_heartbeats/{serviceId}", schema: heartbeatSchema },
  user: { pattern: "users/{uid}", schema: userSchema },
  shadowTrade: { pattern: "users/{uid}/shadowTradeHistory/{tradeId}", schema: shadowTradeSchema },
  signal: { pattern: "users/{uid}/signals/{signalId}", schema: signalSchema },
  account: { pattern: "users/{uid}/alpacaAccounts/{accountId}", schema: accountSchema },
  secret: { pattern: "users/{uid}/secrets/{secretId}", schema: secretSchema },
  tradingStatus: { pattern: "users/{uid}/status/{statusId}", schema: tradingStatusSchema },
  preferences: { pattern: "users/{uid}/config/{configId}", schema: preferencesSchema },
  userWriteRate: { pattern: "ops/write_rates/users/{uid}", schema: userWriteRateSchema },
  workerWriteRate: { pattern: "ops/write_rates/global/{workerId}", schema: workerWriteRateSchema },
  batchPerformance: {
    pattern: "ops/batch_performance/workers/{workerId}",
    schema: batchPerformanceSchema,
  },
  onboardingError: {
    pattern: "ops/onboarding_errors/entries/{uid}",
    schema: onboardingErrorSchema,
  },
  invitation: { pattern: "ops/invitations/emails/{email}", schema: invitationSchema },
  sweepLease: { pattern: "ops/pulse/sweeps/{shardKey}", schema: sweepLeaseSchema },
} as const satisfies Record<string, { pattern: string; schema: z.ZodType }>;

/** Every kind of document the service keeps. */
export const DOCUMENT_FAMILIES: readonly DocumentFamily[] = (
  Object.keys(FAMILIES) as FamilyName[]
).map((name) => ({ name, ...FAMILIES[name] }));

const SEGMENTS = DOCUMENT_FAMILIES.map((family) => ({
  family,
  segments: family.pattern.split("/"),
}));

/** The kind of document at a path; undefined when the service keeps none there. */
export function familyOf(path: string): DocumentFamily | undefined {
  const actual = path.split("/");
  return SEGMENTS.find(
    ({ segments }) =>
      segments.length === actual.length &&
      segments.every((segment, index) => segment.startsWith("{") || segment === actual[index]),
  )?.family;
}
