import { sum } from "../schema/money.ts";
import type { PlannedWrite } from "./planned-write.ts";
import type { KnownAccount } from "./user-state.ts";
import type { Valuation } from "./value-trade.ts";

/** What an account shows. */
export interface Figures {
  readonly equity: string;
  readonly cash: string;
  readonly unrealized_pnl: string;
  readonly open_positions: number;
}

/** What an account shows with this cash and these trades open: equity is cash plus their P&L. */
export function figuresOf(cash: string, open: readonly Valuation[]): Figures {
  const unrealized = sum(open.map(({ result }) => result.pnl));
  return {
    equity: sum([cash, unrealized]),
    cash,
    unrealized_pnl: unrealized,
    open_positions: open.length,
  };
}

/** Whether the account's document shows something else. */
export function accountChanged({ account }: KnownAccount, figures: Figures): boolean {
  return (
    account.equity !== figures.equity ||
    account.unrealized_pnl !== figures.unrealized_pnl ||
    account.open_positions !== figures.open_positions
  );
}

/** Writes the account's figures, guarded by its version where that is known. */
export function accountWrite(
  { path, version }: KnownAccount,
  figures: Figures,
  updatedAt: Date,
): PlannedWrite {
  return {
    kind: "snapshot",
    write: {
      kind: "update",
      path,
      data: { ...figures, updated_at: updatedAt },
      ...(version === undefined ? {} : { precondition: { kind: "version", version } }),
    },
  };
}
