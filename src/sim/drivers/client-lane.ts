import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { ClientOperation } from "../config/scenario.ts";
import type { ClientArrival, ClientArrivals } from "./client-arrivals.ts";
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
  readonly arrivals: ClientArrivals;
  /** Start of the phase on the monotonic clock. */
  readonly startMs: number;
  readonly operations: Readonly<Record<ClientOperation, Operation>>;
  readonly recorder: ClientRecorder;
  /** Ends the lane early; what is in flight counts as failed. */
  readonly signal: AbortSignal;
  /** Bound for each operation kind, so that a slow one cannot crowd out the others. */
  readonly maxInFlight?: number;
  readonly drainTimeoutMs?: number;
}

const DEFAULT_MAX_IN_FLIGHT = 1000;
export const DEFAULT_DRAIN_TIMEOUT_MS = 10_000;

/**
 * Runs the client traffic of one phase: one open loop for each kind of operation. Rejects only for
 * a fault of the program, which ends all loops.
 */
export async function runClientLane(
  options: ClientLaneOptions,
  clock: Clock,
): Promise<OpenLoopSummary> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const loops = [...options.arrivals].map(async ([kind, arrivals]) => {
    try {
      return await runOperation(kind, arrivals, { ...options, signal }, clock);
    } catch (error) {
      failed.abort();
      throw error;
    }
  });
  return combine(await Promise.all(loops));
}

function runOperation(
  kind: ClientOperation,
  arrivals: Iterable<ClientArrival>,
  options: ClientLaneOptions,
  clock: Clock,
): Promise<OpenLoopSummary> {
  const { recorder } = options;
  let due: ClientArrival | undefined;
  const offsets = function* (): Generator<number, undefined> {
    for (const arrival of arrivals) {
      due = arrival;
      yield arrival.offsetMs;
    }
  };
  const record = ({ intendedMs, startedMs }: Arrival, outcome: OperationOutcome) =>
    recorder.operation(kind, intendedMs, startedMs, clock.monotonicMs(), outcome);
  return runOpenLoop({
    arrivals: offsets(),
    startMs: options.startMs,
    clock,
    signal: options.signal,
    maxInFlight: options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT,
    drainTimeoutMs: options.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS,
    onArrival: (_arrival, signal) => {
      assert(due !== undefined, "an arrival came before it was planned");
      return options.operations[kind](due, signal);
    },
    onCompleted: record,
    onAbandoned: (arrival) => record(arrival, ABANDONED),
    onDropped: (intendedMs) => recorder.dropped(kind, intendedMs),
  });
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
