import { profitAndLoss, reachesLimit, type ProfitAndLoss } from "../schema/money.ts";
import type { ShadowTrade } from "../schema/user.ts";
import type { Quote } from "./quotes.ts";
import type { OpenTrade } from "./user-state.ts";

/** An open trade at a price. */
export interface Valuation {
  readonly open: OpenTrade;
  /** The price it is valued at: the quote's, or the last one while there is no quote. */
  readonly price: string;
  readonly quotedAt: Date | null;
  readonly result: ProfitAndLoss;
  /** Whether there is a quote; without one nothing is written. */
  readonly isQuoted: boolean;
  /** Whether its stop or its target is reached. */
  readonly closes: boolean;
  /** Whether the stored P&L is another. */
  readonly changed: boolean;
}

export function valueTrade(open: OpenTrade, quote: Quote | undefined): Valuation {
  const { trade } = open;
  const price = quote?.price ?? trade.last_price;
  const result = profitAndLoss(trade.side, trade.quantity, trade.entry_price, price);
  return {
    open,
    price,
    quotedAt: quote === undefined ? trade.quoted_at : new Date(quote.atMs),
    result,
    isQuoted: quote !== undefined,
    closes: quote !== undefined && isAtEnd(trade, result),
    changed: quote !== undefined && (trade.quoted_at === null || price !== trade.last_price),
  };
}

function isAtEnd(trade: ShadowTrade, { percent }: ProfitAndLoss): boolean {
  return reachesLimit(percent, trade.stop_loss_percent, trade.take_profit_percent);
}

/** The fields of a trade that a valuation changes. */
export function valuedFields({
  price,
  quotedAt,
  result,
}: Valuation): Pick<ShadowTrade, "last_price" | "pnl" | "pnl_percent" | "quoted_at"> {
  return { last_price: price, pnl: result.pnl, pnl_percent: result.percent, quoted_at: quotedAt };
}
