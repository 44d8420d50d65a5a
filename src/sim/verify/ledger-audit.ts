import { idOf, parentIdOf } from "../../system/schema/document.ts";
import { notional } from "../../system/schema/money.ts";
import {
  closingTradeId,
  isClosingTradeId,
  ledgerTradePath,
  type LedgerTrade,
} from "../../system/schema/tenant.ts";
import type { ShadowTrade } from "../../system/schema/user.ts";
import { Findings } from "./findings.ts";

/** What a client wrote into a ledger entry; its time is the server's. */
export type ClientLedgerEntry = Omit<LedgerTrade, "ts">;

export interface LedgerExpectations {
  /** Entries clients made and the database acknowledged, by path. */
  readonly clientLedger: ReadonlyMap<string, ClientLedgerEntry>;
  /** Entries sent whose answer was lost: they may be there or not, but not as anything else. */
  readonly unconfirmedLedger: ReadonlyMap<string, ClientLedgerEntry>;
}

/** Every entry a client made is there as it was made, and every closed trade has its one entry. */
export class LedgerAudit {
  readonly findings = new Findings();
  readonly #expected: LedgerExpectations;
  readonly #seen = new Set<string>();
  /** What a pulse must have entered for each closed trade, and what it did enter, by path. */
  readonly #closes = new Map<string, LedgerTrade>();
  readonly #closings = new Map<string, LedgerTrade>();

  constructor(expected: LedgerExpectations) {
    this.#expected = expected;
  }

  see(path: string, entry: LedgerTrade): void {
    this.#seen.add(path);
    this.findings.saw();
    const { clientLedger, unconfirmedLedger } = this.#expected;
    const expected = clientLedger.get(path) ?? unconfirmedLedger.get(path);
    if (expected !== undefined) {
      const altered = alteredField(expected, entry);
      if (altered !== undefined)
        this.findings.fault(`${path}: ${altered} is not what the client wrote`);
    } else if (isClosingTradeId(idOf(path))) {
      this.#closings.set(path, entry);
    } else {
      this.findings.fault(`${path}: nobody was told it was written`);
    }
  }

  /** A trade as stored: a closed one must have an entry of its own. */
  seeTrade(path: string, trade: ShadowTrade): void {
    if (trade.status !== "CLOSED") return;
    const entryPath = ledgerTradePath(
      trade.tenant_id,
      closingTradeId(parentIdOf(path), idOf(path)),
    );
    this.#closes.set(entryPath, {
      uid: trade.uid,
      strategy_id: trade.strategy_id,
      symbol: trade.symbol,
      side: trade.side === "BUY" ? "SELL" : "BUY",
      quantity: trade.quantity,
      price: trade.last_price,
      notional: notional(trade.quantity, trade.last_price),
      realized_pnl: trade.pnl,
      ts: trade.closed_at ?? new Date(0),
    });
  }

  finish(): void {
    for (const path of this.#expected.clientLedger.keys()) {
      if (!this.#seen.has(path)) this.findings.fault(`${path}: acknowledged, and lost`);
    }
    for (const [path, close] of this.#closes) {
      const entry = this.#closings.get(path);
      if (entry === undefined) {
        this.findings.fault(`${path}: a trade was closed, without a ledger entry`);
        continue;
      }
      const altered = alteredField(close, entry);
      if (altered !== undefined) {
        this.findings.fault(`${path}: ${altered} is not that of the trade it closed`);
      }
    }
    for (const path of this.#closings.keys()) {
      if (!this.#closes.has(path)) this.findings.fault(`${path}: its trade is not closed`);
    }
  }

  /** Profits and losses realised, by user; complete once all entries were seen. */
  realized(): ReadonlyMap<string, readonly string[]> {
    const byUser = new Map<string, string[]>();
    for (const { uid, realized_pnl: pnl } of this.#closings.values()) {
      const amounts = byUser.get(uid);
      if (amounts === undefined) byUser.set(uid, [pnl]);
      else amounts.push(pnl);
    }
    return byUser;
  }
}

/** The first field of what is expected that the entry holds otherwise. */
function alteredField(expected: Partial<LedgerTrade>, entry: LedgerTrade): string | undefined {
  const fields = Object.keys(expected) as (keyof LedgerTrade)[];
  return fields.find((field) => comparable(expected[field]) !== comparable(entry[field]));
}

function comparable(value: string | Date | undefined): string | number | undefined {
  return value instanceof Date ? value.getTime() : value;
}
