import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { clientOperation, type ClientLoad, type ClientOperation } from "../config/scenario.ts";
import { createArrivals } from "../market/arrivals.ts";
import type { Market } from "../market/market.ts";
import { createWeightedPick } from "../market/weighted-pick.ts";
import type { SyntheticUser } from "../population/population.ts";
import { runOpenLoop, type Arrival, type OpenLoopSummary } from "./open-loop.ts";
import type { Operation } from "./operations.ts";
import type { OperationOutcome } from "./outcome.ts";

/** Where the lane reports each operation, once. Times are on the monotonic clock. */
export interface ClientRecorder {
  /** Latency is `finishedMs - intendedMs`; `startedMs - intendedMs` is the generator's lateness. */
  operation(
    name: ClientOperation,
    intendedMs: number,
    startedMs: number,
    finishedMs: number,
    outcome: OperationOutcome,
  ): void;
  /** It was due, but too many before it were unfinished. */
  dropped(name: ClientOperation, intendedMs: number): void;
}

export interface ClientLaneOptions {
  readonly load: ClientLoad;
  readonly users: readonly SyntheticUser[];
  /** Start of the phase on the monotonic clock. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly operations: Readonly<Record<ClientOperation, Operation>>;
  /** The phase's market, whose updates arrivals of kind `market` follow. */
  readonly market: Pick<Market, "updatesPerSecond">;
  readonly recorder: ClientRecorder;
  /** Ends the lane early; what is in flight counts as failed. */
  readonly signal: AbortSignal;
  /** Bound for each operation kind, so that a slow one cannot crowd out the others. */
  readonly maxInFlight?: number;
  readonly drainTimeoutMs?: number;
}

const DEFAULT_MAX_IN_FLIGHT = 1000;
const DEFAULT_DRAIN_TIMEOUT_MS = 10_000;

/**
 * Runs the client traffic of one phase: one open loop for each kind of operation. Rejects only for
 * a fault of the program, which ends all loops.
 */
export async function runClientLane(
  options: ClientLaneOptions,
  clock: Clock,
  rng: Rng,
): Promise<OpenLoopSummary> {
  const kinds = clientOperation.options.filter((kind) => options.load.perUserPerMinute[kind]);
  if (kinds.length === 0 || options.users.length === 0) return combine([]);
  const pickIndex = createWeightedPick(options.users.map(({ activity }) => activity));
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const loops = kinds.map(async (kind) => {
    try {
      return await runOperation(kind, { ...options, signal }, clock, rng, pickIndex);
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  return combine(await Promise.all(loops));
}

function runOperation(
  kind: ClientOperation,
  options: ClientLaneOptions,
  clock: Clock,
  rng: Rng,
  pickIndex: (rng: Rng) => number,
): Promise<OpenLoopSummary> {
  const { load, users, recorder } = options;
  const usersOf = rng.fork(`${kind}/users`);
  const record = ({ intendedMs, startedMs }: Arrival, outcome: OperationOutcome) =>
    recorder.operation(kind, intendedMs, startedMs, clock.monotonicMs(), outcome);
  return runOpenLoop({
    arrivals: createArrivals(
      {
        kind: load.arrivals,
        stages: load.stages,
        ratePerSecond: ratePerSecond(kind, load, users.length),
        durationMs: options.durationMs,
        market: options.market,
      },
      rng.fork(`${kind}/arrivals`),
    ),
    startMs: options.startMs,
    clock,
    signal: options.signal,
    maxInFlight: options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT,
    drainTimeoutMs: options.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS,
    onArrival: (_arrival, signal) => {
      const user = users[pickIndex(usersOf)] as SyntheticUser;
      return options.operations[kind](user, signal);
    },
    onCompleted: record,
    onAbandoned: (arrival) => record(arrival, ABANDONED),
    onDropped: (intendedMs) => recorder.dropped(kind, intendedMs),
  });
}

/** Operations of a kind started in a second, all users together, within the load's bound. */
export function ratePerSecond(kind: ClientOperation, load: ClientLoad, users: number): number {
  const asked = (one: ClientOperation): number => ((load.perUserPerMinute[one] ?? 0) * users) / 60;
  const all = clientOperation.options.reduce((total, one) => total + asked(one), 0);
  const bound = load.atMostPerSecond ?? Number.POSITIVE_INFINITY;
  return asked(kind) * Math.min(1, bound / Math.max(all, Number.MIN_VALUE));
}

const ABANDONED: OperationOutcome = {
  kind: "failed",
  code: "CANCELLED",
  message: "not finished when the phase ended",
  attempts: 1,
};

function combine(summaries: readonly OpenLoopSummary[]): OpenLoopSummary {
  const total = (count: (summary: OpenLoopSummary) => number) =>
    summaries.reduce((sum, summary) => sum + count(summary), 0);
  return {
    arrivals: total(({ arrivals }) => arrivals),
    completed: total(({ completed }) => completed),
    dropped: total(({ dropped }) => dropped),
    abandoned: total(({ abandoned }) => abandoned),
    lateArrivals: total(({ lateArrivals }) => lateArrivals),
    worstLatenessMs: Math.max(0, ...summaries.map(({ worstLatenessMs }) => worstLatenessMs)),
  };
}
