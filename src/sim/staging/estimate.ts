import {
  clientOperation,
  DIRECT_SECONDS_MAX,
  type ClientLoad,
  type Scenario,
} from "../config/scenario.ts";
import { ratePerSecond } from "../drivers/client-arrivals.ts";
import type { Billed } from "../measure/billed-operations.ts";

export interface EstimatedRun {
  readonly users: number;
  readonly tenants: number;
  /** With the durations they will have. */
  readonly phases: readonly Scenario[];
}

/** What a run will be billed for, reckoned before it starts; on the safe side where it depends. */
export interface Estimate {
  /** The run itself, read-back included. */
  readonly run: Billed;
  /** To delete again what it leaves behind. */
  readonly cleaning: Billed;
}

/** The seven document groups, and what a sign-up reads first: the invitation, the groups, a failure. */
const SIGN_UP = { documents: 7, reads: 10 };
/** An account, a trading status; 1.4 strategies on average and 2 at most for most users. */
const SETTLING_IN_WRITES = 4;
/** Users watched live (lanes.ts), each a query and then each change. */
const LISTENERS = 24;
/** Recent signals and ledger entries that a page shows. */
const PAGE_READS = 20;
/** What a run costs beside: lease, manifest, guards. */
const BESIDE = { reads: 500, writes: 100 };
/** Shards' workers write two counters and a lease three times in a sweep. */
const WORKER_WRITES = 5;

/** Reads, writes and deletes of a run. Nothing is asked of anybody. */
export function estimateRun({ users, tenants, phases }: EstimatedRun): Estimate {
  const tradesPerUser = Math.max(0, ...phases.map(({ pulse }) => pulse?.openTradesPerUser ?? 0));
  const seeded = {
    reads: users * SIGN_UP.reads,
    // An invitation each, and the tenants' names.
    writes: users * (SIGN_UP.documents + SETTLING_IN_WRITES + 1 + tradesPerUser) + tenants,
    documents: users * (SIGN_UP.documents + SETTLING_IN_WRITES + tradesPerUser) + tenants,
  };
  let { reads, writes, documents } = seeded;
  for (const phase of phases) {
    const one = phaseOf(phase, users, tenants);
    reads += one.reads + BESIDE.reads;
    writes += one.writes + BESIDE.writes;
    documents += one.documents;
  }
  // Everything is read back once.
  reads += documents;
  const total = { reads: Math.ceil(reads), writes: Math.ceil(writes), deletes: 0 };
  const left = Math.ceil(documents);
  return { run: total, cleaning: { reads: left, writes: 0, deletes: left } };
}

interface PhaseEstimate {
  readonly reads: number;
  readonly writes: number;
  /** Documents that are new. */
  readonly documents: number;
}

function phaseOf(phase: Scenario, users: number, tenants: number): PhaseEstimate {
  const parts = [pulse(phase, users, tenants), clients(phase, users), direct(phase)];
  return {
    reads: sum(parts.map(({ reads }) => reads)),
    writes: sum(parts.map(({ writes }) => writes)),
    documents: sum(parts.map(({ documents }) => documents)),
  };
}

const NOTHING: PhaseEstimate = { reads: 0, writes: 0, documents: 0 };

function pulse(
  { pulse: load, durationSeconds, synchronised }: Scenario,
  users: number,
  tenants: number,
): PhaseEstimate {
  if (load === null) return NOTHING;
  // One sweep more than fits: the first leads in, or all start at once.
  const sweeps = Math.ceil(durationSeconds / load.periodSeconds) + (synchronised ? 1 : 0);
  const times = (seconds: number): number =>
    Math.min(sweeps, Math.ceil(durationSeconds / seconds) + 1);
  const trades = load.openTradesPerUser;
  // A close makes a ledger entry and settles the account; one in ten trades is far more than close.
  const closes = users * trades * 0.1;
  const signals = users * times(load.signalSeconds);
  const rates = users * times(load.userRateSeconds);
  const ops = sweeps * (tenants + load.workers * WORKER_WRITES);
  const writes =
    sweeps * users * trades +
    users * times(load.snapshotSeconds) +
    signals +
    rates +
    ops +
    3 * closes;
  // Every sweep lists the users and reads their trades; accounts are cached a while.
  const listened = Math.min(LISTENERS, users) * trades * (sweeps + 1);
  const reads = sweeps * users * (2 + trades) + listened + sweeps * load.workers * WORKER_WRITES;
  return { reads, writes, documents: signals + users + closes + tenants + 3 * load.workers };
}

function clients(
  { clients: load, durationSeconds, pulse: swept }: Scenario,
  users: number,
): PhaseEstimate {
  if (load === null) return NOTHING;
  const factor = meanFactor(load);
  const trades = Math.max(1, swept?.openTradesPerUser ?? 1);
  let { reads, writes, documents } = NOTHING;
  for (const kind of clientOperation.options) {
    const times = ratePerSecond(kind, load, users) * factor * durationSeconds;
    switch (kind) {
      case "open-trades":
      case "sell-trades-24h":
        // The most active see far more trades than the mean.
        reads += times * (trades * 3 + 1);
        break;
      case "tenant-ledger":
      case "recent-signals":
        reads += times * PAGE_READS;
        break;
      case "account-snapshot":
        reads += times;
        break;
      case "ledger-create":
        writes += times;
        documents += times;
        break;
      case "sign-up":
        reads += times * SIGN_UP.reads;
        writes += times * SIGN_UP.documents;
        documents += times * SIGN_UP.documents;
        break;
    }
  }
  return { reads, writes, documents };
}

function meanFactor({ stages }: ClientLoad): number {
  let before = 0;
  let mean = 0;
  for (const { untilShare, factor } of stages) {
    mean += (untilShare - before) * factor;
    before = untilShare;
  }
  return mean;
}

function direct({ directWrites, durationSeconds }: Scenario): PhaseEstimate {
  if (directWrites === null) return NOTHING;
  const writes = directWrites.writesPerSecond * Math.min(DIRECT_SECONDS_MAX, durationSeconds);
  const documents = directWrites.into === "one-counter" ? directWrites.counters : writes;
  return { reads: 0, writes, documents };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
