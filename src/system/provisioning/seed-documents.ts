import { shardOf } from "../schema/shard.ts";
import {
  memberPath,
  tenantPath,
  type Member,
  type MemberRole,
  type Tenant,
} from "../schema/tenant.ts";
import {
  accountPath,
  preferencesPath,
  secretPath,
  tradingStatusPath,
  userPath,
  type Account,
  type Preferences,
  type Secret,
  type TradingStatus,
  type User,
} from "../schema/user.ts";
import type { DocumentData, Transforms } from "../store/store.ts";

export interface NewUser {
  readonly uid: string;
  readonly email: string;
  readonly tenantId: string;
}

/** The seven document groups of the onboarding section, in its order. */
export type SeedGroup =
  | "tenant"
  | "membership"
  | "user"
  | "secrets"
  | "account"
  | "trading"
  | "preferences";

export interface SeedDocument {
  readonly group: SeedGroup;
  readonly path: string;
  readonly data: DocumentData;
  readonly transforms: Transforms;
}

const SERVER_TIME = { kind: "server-timestamp" } as const;
const NO_TRANSFORMS: Transforms = {};

/** What a new user starts with. `role` is the one given when the membership is created. */
export function seedDocuments(user: NewUser, role: MemberRole): readonly SeedDocument[] {
  return [...tenancy(user, role), ...accounts(user), ...settings(user)];
}

function tenancy({ uid, email, tenantId }: NewUser, role: MemberRole): readonly SeedDocument[] {
  const transforms = { created_at: SERVER_TIME };
  const tenant = {
    name: `Tenant ${tenantId}`,
    owner_uid: uid,
    plan: "free",
    status: "active",
  } as const satisfies Omit<Tenant, "created_at">;
  const member = { uid, role, email } satisfies Omit<Member, "created_at">;
  const root = {
    email,
    tenant_id: tenantId,
    onboarded: true,
  } satisfies Omit<User, "created_at">;
  return [
    { group: "tenant", path: tenantPath(tenantId), data: tenant, transforms },
    { group: "membership", path: memberPath(tenantId, uid), data: member, transforms },
    { group: "user", path: userPath(uid), data: root, transforms },
  ];
}

function accounts({ uid }: NewUser): readonly SeedDocument[] {
  const secret = {
    configured: false,
    base_url: "https://paper-api.alpaca.markets",
    note: "Configure your Alpaca API keys in Settings",
  } satisfies Secret;
  const account = {
    configured: false,
    equity: "0",
    note: "Connect your Alpaca account to see live data",
  } satisfies Omit<Account, "updated_at">;
  return [
    { group: "secrets", path: secretPath(uid), data: secret, transforms: NO_TRANSFORMS },
    {
      group: "account",
      path: accountPath(uid),
      data: account,
      transforms: { updated_at: SERVER_TIME },
    },
  ];
}

/** Safe mode: nothing trades until the user switches it on. */
function settings({ uid, tenantId }: NewUser): readonly SeedDocument[] {
  const trading = {
    enabled: false,
    mode: "safe",
    reason: "New user onboarding - enable trading in Settings",
    uid,
    tenant_id: tenantId,
    shard: shardOf(tenantId),
  } as const satisfies Omit<TradingStatus, "changed_at">;
  const preferences = {
    theme: "dark",
    risk_tolerance: "moderate",
    default_allocation: 0.1,
    max_positions: 5,
  } as const satisfies Preferences;
  return [
    {
      group: "trading",
      path: tradingStatusPath(uid),
      data: trading,
      transforms: { changed_at: SERVER_TIME },
    },
    {
      group: "preferences",
      path: preferencesPath(uid),
      data: preferences,
      transforms: NO_TRANSFORMS,
    },
  ];
}
