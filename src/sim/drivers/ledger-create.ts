import { assert } from "../../std/assert.ts";
import { equalJitterBackOffMs, type BackOff } from "../../std/back-off.ts";
import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { notional } from "../../system/schema/money.ts";
import { ledgerTradePath, side, type LedgerTrade } from "../../system/schema/tenant.ts";
import { StoreError, type StatusCode } from "../../system/store/store.ts";
import type { SyntheticUser } from "../population/population.ts";
import { AUTO_ID_LENGTH, randomId } from "../population/random-id.ts";
import type { LedgerJournal, LedgerRecord } from "./ledger-journal.ts";
import { failedOutcome, type OperationOutcome } from "./outcome.ts";
import type { CreateWrite, UserClient } from "./user-client.ts";

/** Where a client takes the symbol and the price of an execution from. */
export interface ClientMarket {
  readonly symbols: readonly string[];
  /** The symbol's price at this moment, decimal string. */
  priceOf(symbol: string): string;
}

export interface LedgerCreateTools {
  readonly client: UserClient;
  readonly clock: Clock;
  /** Decides trade IDs and contents. */
  readonly rng: Rng;
  readonly market: ClientMarket;
  readonly journal: LedgerJournal;
}

/** Statuses after which the write may or may not have been applied. */
export const AMBIGUOUS: ReadonlySet<StatusCode> = new Set([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "UNKNOWN",
  "CANCELLED",
]);

/** Statuses worth another try. */
const RETRYABLE: ReadonlySet<StatusCode> = new Set([
  "UNAVAILABLE",
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "UNKNOWN",
  "ABORTED",
  "RESOURCE_EXHAUSTED",
]);

const ATTEMPTS_MAX = 3;
const BACK_OFF: BackOff = { baseMs: 100, factor: 2, capMs: 200 };
const QUANTITY_MAX = 100;

/**
 * Records one execution in the tenant's ledger, exactly once: the client chooses the trade's ID,
 * keeps it over all tries, and takes "already exists" after a lost answer for the success it is.
 */
export function createLedgerCreate(
  tools: LedgerCreateTools,
): (user: SyntheticUser, signal: AbortSignal) => Promise<OperationOutcome> {
  const contents = tools.rng.fork("contents");
  // A stream of its own: retries come in no fixed order and must not shift the trades' contents.
  const backOffs = tools.rng.fork("back-off");
  return async (user, signal) => {
    const { write, record } = draftTrade(user, tools.market, contents);
    tools.journal.sending(record);
    let isAmbiguous = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await tools.client.create(user, write, signal);
        tools.journal.acknowledge(record);
        return { kind: "ok", documents: 1, attempts: attempt };
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (error.code === "ALREADY_EXISTS" && isAmbiguous) {
          tools.journal.acknowledge(record);
          return { kind: "ok", documents: 1, attempts: attempt };
        }
        isAmbiguous ||= AMBIGUOUS.has(error.code);
        if (!RETRYABLE.has(error.code) || attempt === ATTEMPTS_MAX || signal.aborted) {
          if (!isAmbiguous) tools.journal.refuse(record);
          return failedOutcome(error, attempt);
        }
      }
      await backOff(tools.clock, backOffs, attempt, signal);
    }
  };
}

/** An abort ends it; the next try sees it. */
async function backOff(
  clock: Clock,
  rng: Rng,
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await clock.sleep(equalJitterBackOffMs(BACK_OFF, failures, rng.next()), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** An execution of the user: what is to be written, and what the journal keeps of it. */
export function draftTrade(
  user: SyntheticUser,
  market: ClientMarket,
  rng: Rng,
  tradeId: string = randomId(AUTO_ID_LENGTH, rng),
): { readonly write: CreateWrite; readonly record: LedgerRecord } {
  assert(user.strategyIds.length > 0, `user ${user.uid} has no strategy`);
  const { uid, tenantId } = user;
  const symbol = rng.pick(market.symbols);
  const quantity = String(rng.integer(1, QUANTITY_MAX));
  const price = market.priceOf(symbol);
  const trade: Omit<LedgerTrade, "ts"> = {
    uid,
    strategy_id: rng.pick(user.strategyIds),
    symbol,
    side: rng.pick(side.options),
    quantity,
    price,
    notional: notional(quantity, price),
    realized_pnl: "0",
  };
  return {
    record: {
      uid,
      tenantId,
      tradeId,
      strategyId: trade.strategy_id,
      symbol,
      side: trade.side,
      quantity,
      price,
      notional: trade.notional,
    },
    write: {
      kind: "create",
      path: ledgerTradePath(tenantId, tradeId),
      data: trade,
      // The rules hold ts against the request's time, which a client's own clock may miss.
      transforms: { ts: { kind: "server-timestamp" } },
    },
  };
}
