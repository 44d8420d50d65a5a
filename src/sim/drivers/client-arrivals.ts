import type { Rng } from "../../std/rng.ts";
import { clientOperation, type ClientLoad, type ClientOperation } from "../config/scenario.ts";
import { createArrivals } from "../market/arrivals.ts";
import type { Market } from "../market/market.ts";
import { createWeightedPick } from "../market/weighted-pick.ts";
import type { SyntheticUser } from "../population/population.ts";
import { draftTrade } from "./ledger-create.ts";
import type { LedgerRecord } from "./ledger-journal.ts";

/** What an operation needs to know besides its user. */
export type OperationContent =
  | { readonly kind: "nothing" }
  | { readonly kind: "strategy"; readonly strategyId: string }
  | { readonly kind: "trade"; readonly record: LedgerRecord };

/** An operation as it is to be done, whoever sends it: all chance is behind it. */
export interface PlannedOperation {
  readonly user: SyntheticUser;
  readonly content: OperationContent;
}

export interface ClientArrival extends PlannedOperation {
  /** Intended start, from the start of the phase. */
  readonly offsetMs: number;
}

/** Arrivals of each kind that the load has, in order of time. */
export type ClientArrivals = ReadonlyMap<ClientOperation, Iterable<ClientArrival>>;

export interface ClientArrivalsOptions {
  readonly load: ClientLoad;
  readonly users: readonly SyntheticUser[];
  readonly durationMs: number;
  /** The phase's market: arrivals of kind `market` follow its updates, and trades have its prices. */
  readonly market: Pick<Market, "symbols" | "updatesPerSecond" | "lastPriceAt">;
}

/**
 * The client traffic of a phase as data: who does what when, and with what contents. It depends on
 * the random stream alone and on nothing that happens, so every driver sends the same. Made as it
 * is asked for, once.
 */
export function clientArrivals(options: ClientArrivalsOptions, rng: Rng): ClientArrivals {
  const { load, users } = options;
  if (users.length === 0) return new Map();
  const pickIndex = createWeightedPick(users.map(({ activity }) => activity));
  const planOf = createOperationPlanner(rng.fork("operations"), options.market);
  const kinds = clientOperation.options.filter((kind) => load.perUserPerMinute[kind]);
  return new Map(
    kinds.map((kind) => {
      const usersOf = rng.fork(`${kind}/users`);
      const pick = (): SyntheticUser => users[pickIndex(usersOf)] as SyntheticUser;
      const offsets = createArrivals(
        {
          kind: load.arrivals,
          stages: load.stages,
          ratePerSecond: ratePerSecond(kind, load, users.length),
          durationMs: options.durationMs,
          market: options.market,
        },
        rng.fork(`${kind}/arrivals`),
      );
      return [kind, planned(kind, offsets, pick, planOf)];
    }),
  );
}

function* planned(
  kind: ClientOperation,
  offsets: Iterable<number>,
  pick: () => SyntheticUser,
  planOf: OperationPlanner,
): Generator<ClientArrival, undefined> {
  for (const offsetMs of offsets) yield { offsetMs, ...planOf(kind, pick(), offsetMs) };
}

/** Decides what an operation of the user holds; `offsetMs` is the moment its prices are of. */
type OperationPlanner = (
  kind: ClientOperation,
  user: SyntheticUser,
  offsetMs: number,
) => PlannedOperation;

/** Each kind has a stream of its own: the order of kinds among each other shifts nothing. */
export function createOperationPlanner(
  rng: Rng,
  market: Pick<Market, "symbols" | "lastPriceAt">,
): OperationPlanner {
  const strategies = rng.fork("tenant-ledger");
  const contents = rng.fork("ledger-create").fork("contents");
  return (kind, user, offsetMs) => {
    switch (kind) {
      case "tenant-ledger":
        return {
          user,
          content: { kind: "strategy", strategyId: strategies.pick(user.strategyIds) },
        };
      case "ledger-create": {
        const prices = {
          symbols: market.symbols,
          priceOf: (symbol: string) => market.lastPriceAt(symbol, offsetMs).price,
        };
        return { user, content: { kind: "trade", record: draftTrade(user, prices, contents) } };
      }
      case "open-trades":
      case "sell-trades-24h":
      case "account-snapshot":
      case "recent-signals":
      case "sign-up":
        return { user, content: { kind: "nothing" } };
    }
  };
}

/** Operations of a kind started in a second, all users together, within the load's bound. */
export function ratePerSecond(kind: ClientOperation, load: ClientLoad, users: number): number {
  const asked = (one: ClientOperation): number => ((load.perUserPerMinute[one] ?? 0) * users) / 60;
  const all = clientOperation.options.reduce((total, one) => total + asked(one), 0);
  const bound = load.atMostPerSecond ?? Number.POSITIVE_INFINITY;
  return asked(kind) * Math.min(1, bound / Math.max(all, Number.MIN_VALUE));
}
