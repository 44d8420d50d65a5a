import type { Account, ShadowTrade } from "../schema/user.ts";

/** A user a sweep will visit. */
export interface SweptUser {
  readonly uid: string;
  readonly tenantId: string;
}

/** An open trade as read, with the version that guards the write of its P&L. */
export interface OpenTrade {
  readonly path: string;
  readonly version: string;
  readonly trade: ShadowTrade;
}

/** What the plan needs to know of a user. */
export interface UserState extends SweptUser {
  readonly trades: readonly OpenTrade[];
  /** undefined when the user has no account document or it is not connected. */
  readonly account: Account | undefined;
}
