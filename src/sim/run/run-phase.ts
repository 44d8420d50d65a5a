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
import { PulseInstance } from "./pulse-instance.ts";
import type { RenewableLimiter } from "./renewable-limiter.ts";

export interface PulsePhase {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly limiter: RenewableLimiter;
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
  const isMortal = scenario.faults.some(({ kind }) => kind === "instance-death");
  const newInstance = (): PulseInstance =>
    new PulseInstance(phase, createPulseWorker(`sim-${scenario.name}`, config), isMortal);
  let instance = newInstance();
  const over = new AbortController();
  const ended = AbortSignal.any([phase.signal, over.signal]);
  const sweeps: Promise<void>[] = [];
  let fault: { readonly error: unknown } | undefined;
  const watch = async (sweep: Promise<unknown>, startMs: number): Promise<void> => {
    const { death } = instance;
    try {
      const ending = sweep.catch((error: unknown) => recorder.sweepFailed(error, startMs));
      await Promise.race([ending, death]);
    } catch (error) {
      // A fault of the program is no reason to wait for the end of the phase.
      fault ??= { error };
      over.abort(error);
    }
  };
  const periodMs = config.periodSeconds * 1000;
  const quotes = quotesOf(clock, phase.market);
  const endMs = recorder.startMs + durationMs;
  const firstMs = recorder.startMs - leadInMs(scenario, limiter);
  const sampling = sampleLimiter(phase, ended);
  const dying = dieByScript(phase, ended, () => {
    instance.die();
    phase.limiter.renew();
    instance = newInstance();
  });
  for (let tick = 0; tick * periodMs < durationMs; tick += 1) {
    const startMs = firstMs + tick * periodMs;
    if (!(await sleepUntil(clock, startMs, ended))) break;
    const { store, worker } = instance;
    const alive = { ...phase, clock: instance.clock, store, worker };
    const sweep = runSweep(
      { ...alive, limiter, quotes, events: recorder },
      {
        config,
        shards: "all",
        shardKey: "all",
        sweepId: `${scenario.name}-${tick + 1}`,
        startMs,
        untilMs: endMs,
        opsGraceMs: 0,
        signal: ended,
      },
    );
    sweeps.push(watch(sweep, startMs));
  }
  await sleepUntil(clock, endMs, ended);
  const grace = new AbortController();
  const done = Promise.all(sweeps).then(() => grace.abort());
  await Promise.race([done, sleepUntil(clock, endMs + GRACE_MS, grace.signal)]);
  over.abort(new Error(`phase ${scenario.name} is over`));
  await done;
  await Promise.all([sampling, dying]);
  if (fault !== undefined) throw fault.error;
}

/** Kills the instance at the moments the scenario says. */
async function dieByScript(
  { clock, recorder, scenario }: PulsePhase,
  signal: AbortSignal,
  die: () => void,
): Promise<void> {
  const moments = scenario.faults
    .flatMap((fault) => (fault.kind === "instance-death" ? [fault.atSecond] : []))
    .sort((left, right) => left - right);
  for (const atSecond of moments) {
    if (!(await sleepUntil(clock, recorder.startMs + atSecond * 1000, signal))) return;
    die();
  }
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
