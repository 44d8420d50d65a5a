import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import type { PulseConfig } from "../../system/pulse/config.ts";
import type { PulseEvents } from "../../system/pulse/events.ts";
import type { ShardGroup } from "../../system/pulse/fan-out.ts";
import { mayBeApplied } from "../../system/pulse/commit-faults.ts";
import { OPS_TENANT } from "../../system/pulse/ops-writes.ts";
import type { QuoteSource } from "../../system/pulse/quotes.ts";
import { createPulseWorker, runSweep } from "../../system/pulse/sweep.ts";
import { LimiterWatch, lineTermsOf } from "../measure/limiter-watch.ts";
import type { PhaseRecorder } from "../measure/phase-recorder.ts";
import { WatchedLimiter } from "../measure/watched-limiter.ts";
import { HerdLimiter } from "./herd-limiter.ts";
import { PulseInstance } from "./pulse-instance.ts";
import type { RenewableLimiter } from "./renewable-limiter.ts";
import type { PulsePhase } from "./run-phase.ts";
import { sleepUntil } from "./sleep-until.ts";

export interface CrewOptions {
  readonly config: PulseConfig;
  readonly quotes: QuoteSource;
  readonly group: ShardGroup;
  readonly limiter: RenewableLimiter;
}

export interface CrewSweep {
  readonly sweepId: string;
  readonly startMs: number;
  readonly untilMs: number;
  readonly signal: AbortSignal;
}

/** One group of shards and the instance that serves it; when that dies, the next takes its place. */
export class PulseCrew {
  readonly #phase: PulsePhase;
  readonly #options: CrewOptions;
  readonly #limiter: WriteLimiter;
  /** undefined where the limiter promises no even pace, or serves others too who are not simulated. */
  readonly #watched: WatchedLimiter | undefined;
  readonly #events: PulseEvents;
  readonly #skewMs: number;
  #instance: PulseInstance;
  #isCold = true;

  constructor(phase: PulsePhase, options: CrewOptions) {
    this.#phase = phase;
    this.#options = options;
    const { shardKey } = options.group;
    this.#watched =
      options.limiter.stagger === "spread" && phase.cohort === 1
        ? new WatchedLimiter(options.limiter, this.#newWatch())
        : undefined;
    const limiter = this.#watched ?? options.limiter;
    this.#limiter = phase.scenario.synchronised ? new HerdLimiter(limiter) : limiter;
    this.#events = eventsOf(phase.recorder, shardKey);
    const { clockSkewMs } = phase.load;
    const draw = phase.rng.fork(`clock/${shardKey}`).next() * 2 - 1;
    this.#skewMs = clockSkewMs === 0 ? 0 : Math.round(draw * clockSkewMs);
    this.#instance = this.#newInstance();
  }

  /** What it had in hand is lost; the next instance begins with a new limiter and an empty cache. */
  die(): void {
    this.#instance.die();
    this.#options.limiter.renew();
    if (this.#watched !== undefined) this.#watched.watch = this.#newWatch();
    // What it had in hand nobody takes up: its users fall due anew.
    this.#phase.recorder.retries.forget();
    this.#instance = this.#newInstance();
    this.#isCold = true;
  }

  /**
   * Settles when the sweep has ended, or its instance has died. Rejects for a fault of the program
   * only: the recorder hears of the database's.
   */
  async sweep(sweep: CrewSweep): Promise<void> {
    const { recorder } = this.#phase;
    const { shardKey } = this.#options.group;
    const instance = this.#instance;
    const ending = this.#sweepAs(instance, sweep).catch((error: unknown) => {
      const { startMs, signal } = sweep;
      // The phase was over while it still asked for its lease or its list: nobody was visited.
      if (signal.aborted && error === signal.reason) recorder.updates.skipped(startMs, shardKey);
      else recorder.sweepFailed(error, startMs, shardKey);
    });
    await Promise.race([ending, instance.death]);
  }

  async #sweepAs(instance: PulseInstance, sweep: CrewSweep): Promise<void> {
    const { log, load } = this.#phase;
    const { config, quotes, group } = this.#options;
    const { clock, store, worker } = instance;
    const isCold = this.#isCold;
    this.#isCold = false;
    if (isCold && load.coldStartMs > 0) {
      const atMs = clock.monotonicMs() + load.coldStartMs;
      if (!(await sleepUntil(clock, atMs, sweep.signal))) return;
    }
    const rng = this.#phase.rng.fork(`sweeps/${group.shardKey}/${sweep.sweepId}`);
    const events = this.#events;
    await runSweep(
      { clock, store, worker, rng, log, quotes, events, limiter: this.#limiter },
      { config, ...group, ...sweep, opsGraceMs: 0 },
    );
  }

  #newWatch(): LimiterWatch {
    const { limiterConfig, recorder } = this.#phase;
    const watch = new LimiterWatch(lineTermsOf(limiterConfig), recorder.startMs);
    recorder.limiterWatches.push(watch);
    return watch;
  }

  #newInstance(): PulseInstance {
    const { scenario, load } = this.#phase;
    const { config, group } = this.#options;
    const name = `sim-${scenario.name}`;
    const worker = createPulseWorker(
      load.workers === 1 ? name : `${name}-${group.shardKey}`,
      config,
    );
    const isMortal = scenario.faults.some(({ kind }) => kind === "instance-death");
    return new PulseInstance(this.#phase, worker, { isMortal, skewMs: this.#skewMs });
  }
}

/** The recorder, told whose lists and sweeps these are. */
function eventsOf(recorder: PhaseRecorder, shardKey: string): PulseEvents {
  // A sweep's heartbeats that were refused for good are owed by nobody.
  let opsRefused = false;
  return {
    scheduled: (schedule) => recorder.scheduled(schedule, shardKey),
    planned: (user, plan, dueMs) => recorder.planned(user, plan, dueMs),
    plannedOps: (writes, dueMs) => recorder.plannedOps(writes, dueMs),
    waited: (reason, waitMs) => recorder.waited(reason, waitMs),
    refused: (user, writes, message) => {
      if (user.tenantId === OPS_TENANT) opsRefused = true;
      recorder.refused(user, writes, message);
    },
    committed: (event) => recorder.committed(event),
    failedAttempt: (user, code, writes, final) => {
      if (final && user.tenantId === OPS_TENANT) opsRefused = true;
      // A lost answer, as a stale read, may have the user planned once more.
      if (!final && mayBeApplied(code)) recorder.updates.doubt(user.uid);
      recorder.failedAttempt(user, code, writes, final);
    },
    staleRead: (user) => {
      recorder.updates.doubt(user.uid);
      recorder.staleRead(user);
    },
    userFailed: (user, error) => recorder.userFailed(user, error),
    sweepEnded: (summary) => recorder.sweepEnded(summary, shardKey, !opsRefused),
    overlapped: (overlap) => recorder.overlapped(overlap),
  };
}
