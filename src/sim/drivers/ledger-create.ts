import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { notional } from "../../system/schema/money.ts";
import { ledgerTradePath, side, type LedgerTrade } from "../../system/schema/tenant.ts";
import { StoreError } from "../../system/store/store.ts";
import type { SyntheticUser } from "../population/population.ts";
import { AUTO_ID_LENGTH, randomId } from "../population/random-id.ts";
import { CreateTries } from "./client-tries.ts";
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
  /** Decides how long to wait before another try. */
  readonly rng: Rng;
  readonly journal: LedgerJournal;
}

const QUANTITY_MAX = 100;

/**
 * Records one execution in the tenant's ledger, exactly once: the client chooses the trade's ID,
 * keeps it over all tries, and takes "already exists" after a lost answer for the success it is.
 */
export function createLedgerCreate(
  tools: LedgerCreateTools,
): (user: SyntheticUser, record: LedgerRecord, signal: AbortSignal) => Promise<OperationOutcome> {
  // A stream of its own: retries come in no fixed order and must not shift the trades' contents.
  const backOffs = tools.rng.fork("back-off");
  return async (user, record, signal) => {
    const write = ledgerWrite(record);
    const tries = new CreateTries();
    tools.journal.sending(record);
    for (;;) {
      tries.begin();
      try {
        await tools.client.create(user, write, signal);
        tools.journal.acknowledge(record);
        return { kind: "ok", documents: 1, attempts: tries.attempts };
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        const next = tries.failed(error.code, signal.aborted);
        if (next === "succeeded") {
          tools.journal.acknowledge(record);
          return { kind: "ok", documents: 1, attempts: tries.attempts };
        }
        if (next === "give-up") {
          if (!tries.isAmbiguous) tools.journal.refuse(record);
          return failedOutcome(error, tries.attempts);
        }
      }
      await backOff(tools.clock, tries.backOffMs(backOffs.next()), signal);
    }
  };
}

/** An abort ends it; the next try sees it. */
async function backOff(clock: Clock, waitMs: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(waitMs, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** An execution of the user, as the journal keeps it. */
export function draftTrade(
  user: SyntheticUser,
  market: ClientMarket,
  rng: Rng,
  tradeId: string = randomId(AUTO_ID_LENGTH, rng),
): LedgerRecord {
  assert(user.strategyIds.length > 0, `user ${user.uid} has no strategy`);
  const { uid, tenantId } = user;
  const symbol = rng.pick(market.symbols);
  const quantity = String(rng.integer(1, QUANTITY_MAX));
  const price = market.priceOf(symbol);
  return {
    uid,
    tenantId,
    tradeId,
    strategyId: rng.pick(user.strategyIds),
    symbol,
    side: rng.pick(side.options),
    quantity,
    price,
    notional: notional(quantity, price),
  };
}

/** What is to be written for it. */
export function ledgerWrite(record: LedgerRecord): CreateWrite {
  const trade: Omit<LedgerTrade, "ts"> = {
    uid: record.uid,
    strategy_id: record.strategyId,
    symbol: record.symbol,
    side: record.side,
    quantity: record.quantity,
    price: record.price,
    notional: record.notional,
    realized_pnl: "0",
  };
  return {
    kind: "create",
    path: ledgerTradePath(record.tenantId, record.tradeId),
    data: trade,
    // The rules hold ts against the request's time, which a client's own clock may miss.
    transforms: { ts: { kind: "server-timestamp" } },
  };
}
