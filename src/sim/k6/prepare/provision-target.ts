import type { Clock } from "../../../std/clock.ts";
import type { Rng } from "../../../std/rng.ts";
import { shadowTradePath } from "../../../system/schema/user.ts";
import type { Store } from "../../../system/store/store.ts";
import type { Market } from "../../market/market.ts";
import { createTrades } from "../../population/create-trades.ts";
import type { Population } from "../../population/population.ts";
import { commitAll, provisionPopulation } from "../../run/provision-population.ts";
import type { SignUps } from "../../run/sign-ups.ts";

/** As many as in the scenario `active`: dashboards must have something to show. */
const OPEN_TRADES_PER_USER = 5;

export interface TargetProvisioning {
  readonly clock: Clock;
  readonly store: Store;
  readonly signUps: SignUps;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Signs everybody up through the service's own code, and opens their trades. Can be done again. */
export async function provisionTarget(
  provisioning: TargetProvisioning,
  population: Population,
  market: Market,
  rng: Rng,
): Promise<void> {
  await provisionPopulation({ ...provisioning, onUser: () => undefined }, population);
  const openingPrices = new Map(
    market.symbols.map((symbol) => [symbol, market.lastPriceAt(symbol, 0).price] as const),
  );
  const trades = createTrades(
    {
      population,
      openTradesPerUser: OPEN_TRADES_PER_USER,
      already: new Map(),
      openingPrices,
      nowMs: Math.round(provisioning.clock.wallMs()),
    },
    rng.fork("trades/k6"),
  );
  await commitAll(
    provisioning,
    trades.map(({ uid, tradeId, data }) => ({
      kind: "set",
      path: shadowTradePath(uid, tradeId),
      data: { ...data },
      merge: false,
    })),
  );
}
