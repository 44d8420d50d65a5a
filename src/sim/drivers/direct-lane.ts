import type { Clock } from "../../std/clock.ts";
import { StoreError, type StatusCode, type Store } from "../../system/store/store.ts";
import { DIRECT_SECONDS_MAX, type DirectWrites } from "../config/scenario.ts";
import type { DirectWrite, DirectWriter } from "./direct-writer.ts";
import { AMBIGUOUS } from "./client-tries.ts";
import { runOpenLoop, type Arrival, type OpenLoopSummary } from "./open-loop.ts";

/** Where the lane reports each commit, once. Times are on the monotonic clock. */
export interface DirectRecorder {
  /** `code` is null for a commit that succeeded; latency is `finishedMs - intendedMs`. */
  direct(commit: DirectCommit): void;
  /** So many writes were due, but too many commits before them were unfinished. */
  directDropped(intendedMs: number, writes: number): void;
}

export interface DirectCommit {
  readonly intendedMs: number;
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly writes: number;
  readonly code: StatusCode | null;
}

export interface DirectLaneOptions {
  readonly load: DirectWrites;
  /** Start of the phase on the monotonic clock. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Each commit is tried once: a refusal is counted, and hidden by no retry. */
  readonly store: Pick<Store, "commit">;
  readonly writer: DirectWriter;
  readonly recorder: DirectRecorder;
  /** Ends the lane early; what is in flight counts as failed. */
  readonly signal: AbortSignal;
}

/** At 5,000 commits a second, what waits for answers of up to the store's deadline of 10 s. */
const MAX_IN_FLIGHT = 50_000;
const DRAIN_TIMEOUT_MS = 12_000;

/** Drives the direct writes of a phase, evenly spaced. Rejects only for a fault of the program. */
export function runDirectLane(options: DirectLaneOptions, clock: Clock): Promise<OpenLoopSummary> {
  const { load, recorder } = options;
  const writes = load.documentsPerCommit;
  const record = ({ intendedMs, startedMs }: Arrival, code: StatusCode | null): void =>
    recorder.direct({ intendedMs, startedMs, finishedMs: clock.monotonicMs(), writes, code });
  return runOpenLoop({
    arrivals: evenly(load, options.durationMs),
    startMs: options.startMs,
    clock,
    signal: options.signal,
    maxInFlight: MAX_IN_FLIGHT,
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    onArrival: () => commitOnce(options),
    onCompleted: record,
    onAbandoned: (arrival) => record(arrival, "CANCELLED"),
    onDropped: (intendedMs) => recorder.directDropped(intendedMs, writes),
  });
}

function* evenly(load: DirectWrites, durationMs: number): Generator<number, undefined> {
  const gapMs = (1000 * load.documentsPerCommit) / load.writesPerSecond;
  const endMs = Math.min(durationMs, DIRECT_SECONDS_MAX * 1000);
  for (let turn = 0; turn * gapMs < endMs; turn += 1) yield turn * gapMs;
}

async function commitOnce({ load, store, writer }: DirectLaneOptions): Promise<StatusCode | null> {
  const batch = Array.from({ length: load.documentsPerCommit }, writer);
  for (const one of batch) one.sending();
  try {
    await store.commit(batch.map(({ write }) => write));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (!AMBIGUOUS.has(error.code)) tellAll(batch, (one) => one.refused());
    return error.code;
  }
  tellAll(batch, (one) => one.acknowledged());
  return null;
}

function tellAll(batch: readonly DirectWrite[], tell: (one: DirectWrite) => void): void {
  for (const one of batch) tell(one);
}
