import { assert, AssertionError } from "../../std/assert.ts";
import { ledgerOfUserAndStrategy } from "../../system/queries/ledger-queries.ts";
import { openTrades, tradesBySide } from "../../system/queries/shadow-trade-queries.ts";
import { recentSignals } from "../../system/queries/signal-queries.ts";
import { accountPath } from "../../system/schema/user.ts";
import { StoreError, type Query } from "../../system/store/store.ts";
import type { ClientOperation } from "../config/scenario.ts";
import type { SyntheticUser } from "../population/population.ts";
import type { PlannedOperation } from "./client-arrivals.ts";
import { createLedgerCreate, type LedgerCreateTools } from "./ledger-create.ts";
import { failedOutcome, type OperationOutcome } from "./outcome.ts";

export interface OperationTools extends LedgerCreateTools {
  /** Signs up the new user of that number, from 0, through the service's own provisioning. */
  readonly signUp: (index: number) => Promise<void>;
}

/** Does one operation as its user. Rejects only for a fault of the program. */
export type Operation = (
  planned: PlannedOperation,
  signal: AbortSignal,
) => Promise<OperationOutcome>;

/** As many signals as an app shows on a page. */
const SIGNALS_MAX = 20;
export const DAY_MS = 24 * 60 * 60 * 1000;

/** One function for each operation that a scenario's client load can name. */
export function createOperations(
  tools: OperationTools,
): Readonly<Record<ClientOperation, Operation>> {
  const { client, clock, rng } = tools;
  const read =
    (kind: ReadKind): Operation =>
    async (planned, signal) => {
      try {
        const query = readQuery(kind, planned, clock.wallMs());
        const found = await client.query(planned.user, query, signal);
        return { kind: "ok", documents: found.length, attempts: 1 };
      } catch (error) {
        return failedOutcome(error, 1);
      }
    };
  const createLedger = createLedgerCreate({ ...tools, rng: rng.fork("ledger-create") });
  return {
    "open-trades": read("open-trades"),
    "sell-trades-24h": read("sell-trades-24h"),
    "tenant-ledger": read("tenant-ledger"),
    "recent-signals": read("recent-signals"),
    "account-snapshot": async ({ user }, signal) => readAccount(tools, user, signal),
    "ledger-create": ({ user, content }, signal) => {
      assert(content.kind === "trade", "a ledger entry was planned without a trade");
      return createLedger(user, content.record, signal);
    },
    "sign-up": createSignUp(tools.signUp),
  };
}

/** Operations that are one query. */
export type ReadKind = Exclude<ClientOperation, "account-snapshot" | "ledger-create" | "sign-up">;

/** The query that the operation asks at that moment. */
export function readQuery(
  kind: ReadKind,
  { user, content }: PlannedOperation,
  nowMs: number,
): Query {
  const { uid, tenantId } = user;
  switch (kind) {
    case "open-trades":
      return openTrades(uid);
    case "sell-trades-24h":
      return tradesBySide(uid, "SELL", { since: new Date(nowMs - DAY_MS) });
    case "tenant-ledger":
      assert(content.kind === "strategy", "a read of the ledger was planned without a strategy");
      return ledgerOfUserAndStrategy(tenantId, uid, content.strategyId);
    case "recent-signals":
      return recentSignals(uid, { limit: SIGNALS_MAX });
  }
}

/** Every user has an account snapshot from the sign-up on, so its absence is a failure. */
async function readAccount(
  { client }: OperationTools,
  user: SyntheticUser,
  signal: AbortSignal,
): Promise<OperationOutcome> {
  const path = accountPath(user.uid);
  try {
    const snapshot = await client.get(user, path, signal);
    if (snapshot) return { kind: "ok", documents: 1, attempts: 1 };
  } catch (error) {
    return failedOutcome(error, 1);
  }
  return { kind: "failed", code: "NOT_FOUND", message: `${path} does not exist`, attempts: 1 };
}

/** The user picked plays no part: each sign-up is a person yet unknown. */
function createSignUp(signUp: OperationTools["signUp"]): Operation {
  let nextIndex = 0;
  return async () => {
    const index = nextIndex;
    nextIndex += 1;
    try {
      await signUp(index);
      return { kind: "ok", documents: 1, attempts: 1 };
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      if (error instanceof StoreError) return failedOutcome(error, 1);
      // Provisioning has failures of its own; whatever it was, this person has no account.
      return { kind: "failed", code: "UNKNOWN", message: String(error), attempts: 1 };
    }
  };
}
