import { assert } from "../../std/assert.ts";
import type { Rng } from "../../std/rng.ts";
import type { ShadowTrade } from "../../system/schema/user.ts";
import { apportion } from "./apportion.ts";
import type { Population, SyntheticTrade, SyntheticUser } from "./population.ts";
import { AUTO_ID_LENGTH, randomId } from "./random-id.ts";

export interface TradesOptions {
  readonly population: Population;
  /** Mean number of open trades of a user there are to be. */
  readonly openTradesPerUser: number;
  /** Open trades there are, by uid; users left out have none. */
  readonly already: ReadonlyMap<string, number>;
  /** The market's opening prices, decimal strings by symbol. */
  readonly openingPrices: ReadonlyMap<string, string>;
  /** Wall time, milliseconds since 1970: trades were opened before it. */
  readonly nowMs: number;
}

/** Open trades of one user at most, or twice the mean when that is more. */
const OPEN_TRADES_MAX = 40;

/**
 * The trades to add so that users hold exactly round(users × mean) open ones: one each as far as
 * they go, the rest by activity. Nothing is removed: with more there already, none are added.
 * When topping up pass a stream of its own for each time, or trades closed in between would get
 * successors of the same ID.
 */
export function createTrades(options: TradesOptions, rng: Rng): readonly SyntheticTrade[] {
  const { population, already, openingPrices, nowMs } = options;
  assert(openingPrices.size > 0, "trades need at least one symbol");
  const symbols = [...openingPrices];
  const added = tradesToAdd(options, rng.fork("spread"));
  return population.users.flatMap((user, index) =>
    Array.from({ length: added[index] ?? 0 }, (_, position) => {
      const ordinal = (already.get(user.uid) ?? 0) + position;
      const own = rng.fork(`trade/${user.uid}/${ordinal}`);
      const [symbol, openingPrice] = own.pick(symbols);
      return {
        uid: user.uid,
        tradeId: randomId(AUTO_ID_LENGTH, own.fork("id")),
        data: openTrade(user, symbol, Number(openingPrice), nowMs, own.fork("data")),
      };
    }),
  );
}

/** How many trades each user gets: a user's deficit is what activity would give it, less its own. */
function tradesToAdd(options: TradesOptions, rng: Rng): readonly number[] {
  const { population, openTradesPerUser, already } = options;
  const { users } = population;
  const held = users.map(({ uid }) => already.get(uid) ?? 0);
  const total = Math.round(users.length * openTradesPerUser);
  const missing = Math.max(0, total - held.reduce((sum, count) => sum + count, 0));
  const most = Math.max(OPEN_TRADES_MAX, Math.ceil(2 * openTradesPerUser));
  const firsts = firstTrades(held, missing, rng);
  const missingBeyondFirsts = missing - firsts.reduce((sum, count) => sum + count, 0);
  const beyondOneEach = Math.max(0, total - users.length);
  const activitySum = users.reduce((sum, { activity }) => sum + activity, 0);
  const claims = users.map(({ activity }, index) => {
    const holds = (held[index] ?? 0) + (firsts[index] ?? 0);
    const ideal = 1 + (beyondOneEach * activity) / activitySum;
    const room = Math.max(0, most - holds);
    return { weight: Math.min(room, Math.max(0, ideal - holds)), room };
  });
  const more = apportion(missingBeyondFirsts, claims);
  return firsts.map((count, index) => count + (more[index] ?? 0));
}

/** One trade for each user who has none, for randomly chosen ones when there are not enough. */
function firstTrades(held: readonly number[], missing: number, rng: Rng): readonly number[] {
  const firsts = held.map(() => 0);
  const waiting = [...held.keys()].filter((index) => held[index] === 0);
  for (let left = Math.min(missing, waiting.length); left > 0; left -= 1) {
    const chosen = rng.integer(0, waiting.length - 1);
    firsts[waiting[chosen] ?? 0] = 1;
    waiting[chosen] = waiting.at(-1) ?? 0;
    waiting.pop();
  }
  return firsts;
}

const BUY_SHARE = 0.6;
/** Entry prices lie around the opening with this deviation, and never further than three of it. */
const ENTRY_DEVIATION = 0.01;
const DEVIATIONS_MAX = 3;
/** Share of the user's cash in one position. */
const POSITION_SHARE_MIN = 0.01;
const POSITION_SHARE_MAX = 0.08;
/** Mean age of an open trade: about two in three are younger than a day. */
const AGE_MEAN_MS = 86_400_000;
const AGE_MAX_MS = 30 * 86_400_000;

function openTrade(
  user: SyntheticUser,
  symbol: string,
  openingPrice: number,
  nowMs: number,
  rng: Rng,
): ShadowTrade {
  const strayed = Math.max(-DEVIATIONS_MAX, Math.min(DEVIATIONS_MAX, rng.normal()));
  const entryPrice = openingPrice * (1 + ENTRY_DEVIATION * strayed);
  const entry = entryPrice.toFixed(entryPrice < 1 ? 4 : 2);
  const share = between(POSITION_SHARE_MIN, POSITION_SHARE_MAX, rng);
  return {
    uid: user.uid,
    tenant_id: user.tenantId,
    strategy_id: rng.pick(user.strategyIds),
    symbol,
    side: rng.chance(BUY_SHARE) ? "BUY" : "SELL",
    status: "OPEN",
    quantity: String(Math.max(1, Math.floor((Number(user.cash) * share) / entryPrice))),
    entry_price: entry,
    last_price: entry,
    pnl: "0.00",
    pnl_percent: "0.0000",
    // Wide enough for a day's noise, and narrow enough for a flash crash to reach.
    stop_loss_percent: between(15, 40, rng).toFixed(1),
    take_profit_percent: between(20, 60, rng).toFixed(1),
    created_at: new Date(nowMs - Math.ceil(Math.min(AGE_MAX_MS, rng.exponential(AGE_MEAN_MS)))),
    quoted_at: null,
    closed_at: null,
  };
}

function between(minimum: number, maximum: number, rng: Rng): number {
  return minimum + (maximum - minimum) * rng.next();
}
