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

/**
 * An account as read, or as the pulse last wrote it: a commit does not say the version it made, so
 * an account the pulse wrote itself has none. It needs none: once an account is connected, the
 * pulse alone writes it, and its lease lets one sweep at a time do so.
 */
export interface KnownAccount {
  readonly path: string;
  readonly account: Account;
  readonly version: string | undefined;
}

/** What the plan needs to know of a user. */
export interface UserState extends SweptUser {
  readonly trades: readonly OpenTrade[];
  /** undefined when the user has no account document. */
  readonly account: KnownAccount | undefined;
}
