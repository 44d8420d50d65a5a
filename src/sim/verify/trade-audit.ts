import { parentIdOf } from "../../system/schema/document.ts";
import { profitAndLoss } from "../../system/schema/money.ts";
import type { ShadowTrade } from "../../system/schema/user.ts";
import { Findings } from "./findings.ts";

/** The P&L a trade was last told to hold, by a commit the database acknowledged. */
export interface AcknowledgedPnl {
  readonly lastPrice: string;
  readonly pnl: string;
  readonly quotedAtMs: number;
}

/** What of a trade never changes after it was opened. */
const FIXED_TRADE_FIELDS = [
  "uid",
  "tenant_id",
  "strategy_id",
  "symbol",
  "side",
  "quantity",
  "entry_price",
] as const satisfies readonly (keyof ShadowTrade)[];

/** A trade as the harness opened it. */
export type OpenedTrade = Pick<ShadowTrade, (typeof FIXED_TRADE_FIELDS)[number]> & {
  /** Its user was served after it was opened, with a quote at hand: it must hold a P&L. */
  readonly mustBeQuoted: boolean;
};

export interface TradeExpectations {
  /** Every trade that was ever opened, by path. */
  readonly openedTrades: ReadonlyMap<string, OpenedTrade>;
  readonly pnl: ReadonlyMap<string, AcknowledgedPnl>;
  /** The market's price at a wall time; undefined outside every phase. */
  readonly priceAt: (symbol: string, wallMs: number) => string | undefined;
}

/** Every trade is there, as it was opened, with the last P&L that was acknowledged. */
export class TradeAudit {
  readonly findings = new Findings();
  readonly #expected: TradeExpectations;
  readonly #seen = new Set<string>();

  constructor(expected: TradeExpectations) {
    this.#expected = expected;
  }

  see(path: string, trade: ShadowTrade): void {
    this.#seen.add(path);
    this.findings.saw();
    const fault = this.#openingFault(path, trade) ?? this.#pnlFault(path, trade);
    if (fault !== undefined) this.findings.fault(`${path} (user ${parentIdOf(path)}): ${fault}`);
  }

  finish(): void {
    const paths = new Set([...this.#expected.openedTrades.keys(), ...this.#expected.pnl.keys()]);
    for (const path of paths) {
      if (this.#seen.has(path)) continue;
      const was = this.#expected.pnl.has(path) ? "acknowledged" : "opened";
      this.findings.fault(`${path}: ${was}, and gone`);
    }
  }

  #openingFault(path: string, trade: ShadowTrade): string | undefined {
    const opened = this.#expected.openedTrades.get(path);
    if (opened === undefined) return "nobody opened it";
    const altered = FIXED_TRADE_FIELDS.find((field) => opened[field] !== trade[field]);
    if (altered === undefined) return undefined;
    return `${altered} is ${trade[altered]}, it was opened with ${opened[altered]}`;
  }

  /**
   * What is wrong with a trade's P&L, if anything: its price must be the market's at the moment it
   * names, its P&L must follow from that price, and it must not be older than what was
   * acknowledged. It may be newer: a commit whose answer was lost.
   */
  #pnlFault(path: string, trade: ShadowTrade): string | undefined {
    const expected = this.#expected.pnl.get(path);
    if (trade.quoted_at === null) {
      if (expected !== undefined) return "an acknowledged P&L was lost";
      const isOwed = this.#expected.openedTrades.get(path)?.mustBeQuoted === true;
      return isOwed ? "its user was served, and it was never revalued" : undefined;
    }
    const quotedAtMs = trade.quoted_at.getTime();
    const price = this.#expected.priceAt(trade.symbol, quotedAtMs);
    if (price !== undefined && price !== trade.last_price) {
      return `holds ${trade.last_price}, the quote of that moment was ${price}`;
    }
    const { pnl } = profitAndLoss(trade.side, trade.quantity, trade.entry_price, trade.last_price);
    if (pnl !== trade.pnl) return `P&L is ${trade.pnl}, its own price makes it ${pnl}`;
    if (expected === undefined) return undefined;
    if (quotedAtMs < expected.quotedAtMs) return "an acknowledged P&L was lost";
    if (quotedAtMs === expected.quotedAtMs && expected.pnl !== trade.pnl) {
      return `P&L ${expected.pnl} was acknowledged, ${trade.pnl} is stored`;
    }
    return undefined;
  }
}
