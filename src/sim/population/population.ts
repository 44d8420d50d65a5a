import type { Plan } from "../../system/schema/tenant.ts";
import type { ShadowTrade } from "../../system/schema/user.ts";

/** Synthetic tenants and users, fixed by seed and size: a plan, not yet in any database. */
export interface Population {
  readonly tenants: readonly SyntheticTenant[];
  readonly users: readonly SyntheticUser[];
}

export interface SyntheticTenant {
  readonly tenantId: string;
  readonly name: string;
  readonly plan: Plan;
  /** Indexes into Population.users; the first is the owner. */
  readonly userIndexes: readonly number[];
}

export interface SyntheticUser {
  readonly uid: string;
  readonly email: string;
  readonly tenantId: string;
  /** Document IDs of the user's strategies. */
  readonly strategyIds: readonly string[];
  /** Cash of the connected account, decimal string. */
  readonly cash: string;
  /** Weight by which open trades are spread over users: most have few, some have many. */
  readonly activity: number;
}

/** An open trade to be seeded. */
export interface SyntheticTrade {
  readonly uid: string;
  readonly tradeId: string;
  readonly data: ShadowTrade;
}
