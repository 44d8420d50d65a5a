import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { enabledUsers, openTradesOfUsers } from "../../system/queries/pulse-queries.ts";
import type { Store } from "../../system/store/store.ts";
import type { ClientOperation } from "../config/scenario.ts";
import { createOperationPlanner } from "../drivers/client-arrivals.ts";
import type { Operation } from "../drivers/operations.ts";
import type { SyntheticUser } from "../population/population.ts";
import { inParallel } from "./in-parallel.ts";

export interface WarmUp {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly operations: Readonly<Record<ClientOperation, Operation>>;
  readonly users: readonly SyntheticUser[];
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

/** Only what reads: a warm-up must leave no trace for the data checks to find. */
const READS: readonly ClientOperation[] = [
  "open-trades",
  "sell-trades-24h",
  "tenant-ledger",
  "recent-signals",
  "account-snapshot",
];

const IN_PARALLEL = 3;

const NO_MARKET = { symbols: [], lastPriceAt: () => ({ price: "0", elapsedMs: 0 }) };

/**
 * Asks the queries of a run for a while, unmeasured. A freshly started emulator answers its first
 * queries up to ten times slower than its thousandth, while its virtual machine compiles them;
 * that is no property of the service. Returns how many were asked.
 */
export async function warmUp(warm: WarmUp): Promise<number> {
  const { clock, operations, users, signal } = warm;
  // Nothing is bought or sold, so there is no market.
  const planOf = createOperationPlanner(warm.rng.fork("operations"), NO_MARKET);
  const endMs = clock.monotonicMs() + warm.durationMs;
  let asked = 0;
  await inParallel(picks(warm, endMs), IN_PARALLEL, async ({ user, operation }) => {
    signal.throwIfAborted();
    await operations[operation](planOf(operation, user, 0), signal);
    if (asked % READS.length === 0) await askAsPulse(warm.store, users, asked);
    asked += 1;
  });
  return asked;
}

function* picks(
  { clock, rng, users }: WarmUp,
  endMs: number,
): Generator<{ readonly user: SyntheticUser; readonly operation: ClientOperation }> {
  for (let turn = 0; clock.monotonicMs() < endMs; turn += 1) {
    yield { user: rng.pick(users), operation: READS[turn % READS.length] ?? "open-trades" };
  }
}

/** The sweep's own two queries, on a page of neighbours. */
async function askAsPulse(
  store: Store,
  users: readonly SyntheticUser[],
  turn: number,
): Promise<void> {
  const uids = users.map(({ uid }) => uid).sort();
  const first = turn % Math.max(1, uids.length - 10);
  const [firstUid, lastUid] = [uids[first], uids[Math.min(first + 10, uids.length - 1)]];
  if (firstUid === undefined || lastUid === undefined) return;
  await store.query(enabledUsers({ shards: "all", limit: 100 }));
  await store.query(openTradesOfUsers({ firstUid, lastUid, limit: 1000 }));
}
