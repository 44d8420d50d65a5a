import { assert } from "../../../std/assert.ts";
import type { Clock } from "../../../std/clock.ts";
import { StoreError, type Store } from "../../../system/store/store.ts";
import { runOpenLoop } from "../../drivers/open-loop.ts";
import type { ProbeDocuments } from "./probe-documents.ts";
import type { ProbePlan, ProbeStage, ProbeStep } from "./probe-plan.ts";
import type { ProbeSample } from "./probe-sample.ts";

/** What is probed: the service's own port, and the way there and back alone. */
export interface ProbeTarget {
  readonly store: Pick<Store, "commit" | "get">;
  /** A call that is answered as soon as it has arrived. Rejects when nothing answers. */
  readonly roundTrip: () => Promise<void>;
}

export interface ProbeWatch {
  readonly clock: Clock;
  /** Ends the probe early: what is in flight is abandoned, what was seen so far stays. */
  readonly signal: AbortSignal;
  readonly onStage?: (title: string) => void;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ProbeRecord {
  readonly samples: readonly ProbeSample[];
  /** Arrivals that the probe itself came to too late, and given up because too many were unfinished. */
  readonly late: number;
  readonly dropped: number;
  readonly wasCut: boolean;
}

/** The stage before the first that counts: its writes may wait. */
export const WARMING_UP = "warming up";
/** Calls that are made and forgotten: connections, compilers and caches are warm after them. */
const WARM_UP_CALLS = 40;
const SEEDING_GAP_MS = 20;
/** More than a new collection that takes nothing at all would leave unanswered. */
const IN_FLIGHT_MAX = 2000;
const DRAIN_MS = 15_000;
/** Nothing that is at rest refuses so many calls one after another. */
const FAILURES_IN_A_ROW_MAX = 50;

/** Open-loop: calls go out when they are due, however slow the answers are. */
export async function runProbe(
  plan: ProbePlan,
  documents: ProbeDocuments,
  target: ProbeTarget,
  watch: ProbeWatch,
): Promise<ProbeRecord> {
  const prober = new Prober(documents, target, watch);
  watch.onStage?.(WARMING_UP);
  await prober.warmUp(plan);
  for (const stage of plan.stages) {
    if (watch.signal.aborted) break;
    watch.onStage?.(stage.title);
    await prober.run(stage);
  }
  return { ...prober.record, wasCut: watch.signal.aborted };
}

class Prober {
  readonly #documents: ProbeDocuments;
  readonly #target: ProbeTarget;
  readonly #watch: ProbeWatch;
  readonly #startedMs: number;
  readonly #samples: ProbeSample[] = [];
  #late = 0;
  #dropped = 0;
  #failuresInARow = 0;

  constructor(documents: ProbeDocuments, target: ProbeTarget, watch: ProbeWatch) {
    this.#documents = documents;
    this.#target = target;
    this.#watch = watch;
    this.#startedMs = watch.clock.monotonicMs();
  }

  get record(): Omit<ProbeRecord, "wasCut"> {
    return { samples: this.#samples, late: this.#late, dropped: this.#dropped };
  }

  /** Writes what lookups will find, one after another. Rejects with what goes wrong. */
  async warmUp({ seeded }: ProbePlan): Promise<void> {
    const { clock, signal } = this.#watch;
    const { store, roundTrip } = this.#target;
    const paths: string[] = [];
    for (const { shape, count } of seeded) {
      for (let index = 0; index < count && !signal.aborted; index += 1) {
        const write = this.#documents.seed(shape);
        paths.push(write.path);
        await store.commit([write]);
        await clock.sleep(SEEDING_GAP_MS);
      }
    }
    for (let call = 0; call < WARM_UP_CALLS && !signal.aborted; call += 1) {
      await roundTrip();
      await store.get(paths.slice(call, call + 1));
    }
  }

  async run({ steps, durationMs }: ProbeStage): Promise<void> {
    const { clock, signal, onProgress } = this.#watch;
    const startMs = clock.monotonicMs();
    let next = 0;
    const summary = await runOpenLoop({
      arrivals: steps.map(({ atMs }) => atMs),
      startMs,
      clock,
      signal,
      maxInFlight: IN_FLIGHT_MAX,
      drainTimeoutMs: DRAIN_MS,
      onArrival: async () => {
        const step = steps[next];
        next += 1;
        assert(step !== undefined, "an arrival without a step");
        if (next % 25 === 0) onProgress?.(clock.monotonicMs() - startMs, durationMs);
        return this.#call(step);
      },
      onCompleted: (_, sample) => void this.#samples.push(sample),
      onDropped: () => {
        next += 1;
      },
      onAbandoned: () => undefined,
    });
    this.#late += summary.lateArrivals;
    this.#dropped += summary.dropped;
  }

  async #call(step: ProbeStep): Promise<ProbeSample> {
    const { clock } = this.#watch;
    const size =
      step.kind === "round-trip"
        ? { documents: 0, indexEntries: 0, bytes: 0 }
        : this.#documents.sizeOf(step);
    const call = this.#prepared(step);
    const sentMs = clock.monotonicMs();
    const outcome = await outcomeOf(call);
    const tookMs = clock.monotonicMs() - sentMs;
    this.#noteOutcome(step, outcome);
    const { kind, cell, lane, heldOut } = step;
    return {
      kind,
      cell,
      lane,
      heldOut,
      sentMs: sentMs - this.#startedMs,
      tookMs,
      outcome,
      ...size,
    };
  }

  /** What takes the client's own time comes before the clock is read. */
  #prepared(step: ProbeStep): () => Promise<unknown> {
    const { store, roundTrip } = this.#target;
    if (step.kind === "round-trip") return roundTrip;
    if (step.kind === "read") {
      const paths = this.#documents.pathsOf(step);
      return () => store.get(paths);
    }
    const writes = this.#documents.writesOf(step);
    return () => store.commit(writes);
  }

  /** A database that answers nothing is no slow one. */
  #noteOutcome({ kind }: ProbeStep, outcome: Outcome): void {
    const isAtRest = kind === "commit" || kind === "read";
    if (outcome === "OK") this.#failuresInARow = 0;
    else if (isAtRest) this.#failuresInARow += 1;
    if (this.#failuresInARow > FAILURES_IN_A_ROW_MAX) {
      throw new ProbeFailed(`${FAILURES_IN_A_ROW_MAX} calls in a row ended with ${outcome}`);
    }
  }
}

type Outcome = ProbeSample["outcome"];

/** The database cannot be probed: it refuses what is far from any limit. */
export class ProbeFailed extends Error {
  override readonly name = "ProbeFailed";
}

/** No right to do it says nothing about how fast it would be. */
const NOT_ALLOWED: readonly string[] = ["PERMISSION_DENIED", "UNAUTHENTICATED", "NOT_FOUND"];

async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    await call();
    return "OK";
  } catch (error) {
    if (!(error instanceof StoreError) || NOT_ALLOWED.includes(error.code)) throw error;
    return error.code;
  }
}
