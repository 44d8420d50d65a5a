import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { signalPath } from "../../system/schema/user.ts";
import type { Write } from "../../system/store/store.ts";
import type { DirectWrites } from "../config/scenario.ts";
import type { Population, SyntheticUser } from "../population/population.ts";
import { AUTO_ID_LENGTH, randomId } from "../population/random-id.ts";
import type { DirectJournal } from "./direct-journal.ts";
import { draftTrade, ledgerWrite, type ClientMarket } from "./ledger-create.ts";
import type { LedgerJournal } from "./ledger-journal.ts";

/** A write, and whom to tell what became of it. */
export interface DirectWrite {
  readonly write: Write;
  sending(): void;
  acknowledged(): void;
  /** The database refused it for certain. */
  refused(): void;
}

/** Makes the next write of a lane. */
export type DirectWriter = () => DirectWrite;

export interface DirectWriterTools {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly population: Population;
  readonly market: ClientMarket;
  readonly ledger: LedgerJournal;
  readonly journal: DirectJournal;
}

/**
 * Collections of the harness's own, which the service does not know: nobody has ever written to
 * them when a run begins. They must not be among the service's, or its audit would be spoilt.
 */
const NEW_COLLECTION = "direct_writes";
const COUNTERS = "direct_counters";
export const DIRECT_COLLECTIONS: readonly string[] = [COUNTERS, NEW_COLLECTION];
const COUNTER = `${COUNTERS}/batch_performance`;

export function createDirectWriter(load: DirectWrites, tools: DirectWriterTools): DirectWriter {
  const nextId = createIds(load, tools);
  switch (load.into) {
    case "largest-tenant-ledger":
      return ledgerWriter(tools, nextId);
    case "users-signals":
      return signalWriter(tools, nextId);
    case "new-collection":
      return newCollectionWriter(tools, nextId);
    case "one-counter":
      return counterWriter(tools, load.counters);
  }
}

/** Wide enough for any number of writes, so that text orders them as numbers. */
const SEQUENCE_DIGITS = 12;

function createIds({ ids }: DirectWrites, tools: DirectWriterTools): () => string {
  const rng = tools.rng.fork("ids");
  if (ids === "random") return () => randomId(AUTO_ID_LENGTH, rng);
  return () => String(tools.journal.nextOrdinal()).padStart(SEQUENCE_DIGITS, "0");
}

function ledgerWriter(tools: DirectWriterTools, nextId: () => string): DirectWriter {
  const { population, market, ledger, rng } = tools;
  const users = largestTenantUsers(population);
  const contents = rng.fork("contents");
  return () => {
    const record = draftTrade(contents.pick(users), market, contents, nextId());
    return {
      write: ledgerWrite(record),
      sending: () => ledger.sending(record),
      acknowledged: () => ledger.acknowledge(record),
      refused: () => ledger.refuse(record),
    };
  };
}

function largestTenantUsers({ tenants, users }: Population): readonly SyntheticUser[] {
  const [largest] = [...tenants].sort(
    (left, right) => right.userIndexes.length - left.userIndexes.length,
  );
  const members = (largest?.userIndexes ?? []).flatMap((index) => users[index] ?? []);
  assert(members.length > 0, "the largest tenant has no users");
  return members;
}

const SIGNAL_LIFE_MS = 86_400_000;

function signalWriter(tools: DirectWriterTools, nextId: () => string): DirectWriter {
  const { clock, population, market, rng } = tools;
  const contents = rng.fork("contents");
  let turn = 0;
  return () => {
    const user = population.users[turn % population.users.length];
    assert(user !== undefined, "there are no users");
    turn += 1;
    const symbol = contents.pick(market.symbols);
    return journaled(tools, {
      kind: "create",
      path: signalPath(user.uid, nextId()),
      data: {
        uid: user.uid,
        strategy_id: contents.pick(user.strategyIds),
        symbol,
        action: contents.pick(["BUY", "SELL", "HOLD"] as const),
        confidence: contents.integer(0, 100) / 100,
        price: market.priceOf(symbol),
        expires_at: new Date(Math.round(clock.wallMs()) + SIGNAL_LIFE_MS),
      },
      transforms: { created_at: { kind: "server-timestamp" } },
    });
  };
}

const VALUE_MAX = 2 ** 31;

/** No field grows from write to write: what binds is the collection being new, or its IDs. */
function newCollectionWriter(tools: DirectWriterTools, nextId: () => string): DirectWriter {
  const contents = tools.rng.fork("contents");
  return () =>
    journaled(tools, {
      kind: "create",
      path: `${NEW_COLLECTION}/${nextId()}`,
      data: { value: contents.integer(0, VALUE_MAX) },
    });
}

/** One counter, or its shards in turn: `…_0`, `…_1`. */
function counterWriter({ journal }: DirectWriterTools, counters: number): DirectWriter {
  let turn = 0;
  return () => {
    const path = counters === 1 ? COUNTER : `${COUNTER}_${turn % counters}`;
    turn += 1;
    return {
      write: {
        kind: "set",
        path,
        data: {},
        merge: true,
        transforms: { writes: { kind: "increment", by: 1 } },
      },
      sending: () => journal.incrementing(path),
      acknowledged: () => journal.incremented(path),
      refused: () => journal.notIncremented(path),
    };
  };
}

function journaled({ journal }: DirectWriterTools, write: Write): DirectWrite {
  const { path } = write;
  return {
    write,
    sending: () => journal.sending(path),
    acknowledged: () => journal.acknowledge(path),
    refused: () => journal.refuse(path),
  };
}
