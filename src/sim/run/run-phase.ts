import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import type { Log } from "../../system/log.ts";
import { pulseConfigSchema, type PulseConfig } from "../../system/pulse/config.ts";
import { createPulseWorker, runSweep } from "../../system/pulse/sweep.ts";
import type { Store } from "../../system/store/store.ts";
import type { PulseLoad, Scenario } from "../config/scenario.ts";
import type { PhaseRecorder } from "../measure/phase-recorder.ts";
import { quotesOf, type OpenMarket } from "./market-quotes.ts";

export interface PulsePhase {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly limiter: WriteLimiter;
  readonly log: Log;
  readonly market: OpenMarket;
  readonly recorder: PhaseRecorder;
  readonly scenario: Scenario;
  readonly load: PulseLoad;
  readonly durationMs: number;
  /** Ends the phase early. */
  readonly signal: AbortSignal;
}

/** What fell due by the end of a phase may still be committed this long after it. */
const GRACE_MS = 1000;

/**
 * How long before a phase its first sweep is started: a sweep's first user is due only after its
 * lead-in, and a phase measures a pulse that has been running for long.
 */
export function leadInMs(
  { pulse, synchronised }: Scenario,
  { stagger }: Pick<WriteLimiter, "stagger">,
): number {
  if (pulse === null || synchronised || stagger === "together") return 0;
  const { periodSeconds, leadInShare } = pulseConfigOf(pulse);
  return periodSeconds * 1000 * leadInShare;
}

/**
 * Starts a sweep in every period, as the scheduler would, whether or not the one before has
 * ended: overlaps are for the service to notice. Ends when the phase does.
 */
export async function runPulse(phase: PulsePhase): Promise<void> {
  const { clock, recorder, scenario, load, durationMs } = phase;
  const config = pulseConfigOf(load);
  const limiter = scenario.synchronised ? startTogether(phase.limiter) : phase.limiter;
  const worker = createPulseWorker(`sim-${scenario.name}`, config);
  const over = new AbortController();
  const ended = AbortSignal.any([phase.signal, over.signal]);
  const sweeps: Promise<void>[] = [];
  let fault: { readonly error: unknown } | undefined;
  const watch = async (sweep: Promise<unknown>, startMs: number): Promise<void> => {
    try {
      await sweep.catch((error: unknown) => recorder.sweepFailed(error, startMs));
    } catch (error) {
      // A fault of the program is no reason to wait for the end of the phase.
      fault ??= { error };
      over.abort(error);
    }
  };
  const periodMs = config.periodSeconds * 1000;
  const quotes = quotesOf(clock, phase.market);
  const endMs = recorder.startMs + durationMs;
  const dependencies = { ...phase, limiter, quotes, worker, events: recorder };
  const firstMs = recorder.startMs - leadInMs(scenario, limiter);
  const sampling = sampleLimiter(phase, ended);
  for (let tick = 0; tick * periodMs < durationMs; tick += 1) {
    const startMs = firstMs + tick * periodMs;
    if (!(await sleepUntil(clock, startMs, ended))) break;
    const sweep = runSweep(dependencies, {
      config,
      shards: "all",
      shardKey: "all",
      sweepId: `${scenario.name}-${tick + 1}`,
      startMs,
      untilMs: endMs,
      opsGraceMs: 0,
      signal: ended,
    });
    sweeps.push(watch(sweep, startMs));
  }
  await sleepUntil(clock, endMs, ended);
  const grace = new AbortController();
  const done = Promise.all(sweeps).then(() => grace.abort());
  await Promise.race([done, sleepUntil(clock, endMs + GRACE_MS, grace.signal)]);
  over.abort(new Error(`phase ${scenario.name} is over`));
  await done;
  await sampling;
  if (fault !== undefined) throw fault.error;
}

function pulseConfigOf(load: PulseLoad): PulseConfig {
  return pulseConfigSchema.parse({ periodSeconds: load.periodSeconds });
}

/** The same limiter for a herd: whatever it would stagger, all users are due at once. */
function startTogether(limiter: WriteLimiter): WriteLimiter {
  return {
    stagger: "together",
    unit: limiter.unit,
    costMax: limiter.costMax,
    reserve: (demand, nowMs) => limiter.reserve(demand, nowMs),
    depart: (cost, nowMs) => limiter.depart(cost, nowMs),
    report: (outcome, nowMs) => limiter.report(outcome, nowMs),
    state: (nowMs) => limiter.state(nowMs),
  };
}

const SAMPLE_MS = 1000;

async function sampleLimiter(
  { clock, limiter, recorder }: PulsePhase,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const nowMs = clock.monotonicMs();
    recorder.limiterState(limiter.state(nowMs));
    const wakeMs = nowMs + SAMPLE_MS;
    const woke = await sleepUntil(clock, wakeMs, signal);
    if (woke) recorder.lateness(clock.monotonicMs() - wakeMs);
  }
}

/** False when the signal came first. */
async function sleepUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const waitMs = atMs - clock.monotonicMs();
  if (waitMs <= 0) return true;
  return clock.sleep(waitMs, signal).then(
    () => true,
    () => false,
  );
}
