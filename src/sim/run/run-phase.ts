import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import type { LimiterConfig } from "../../system/limiter/config.ts";
import type { WriteLimiter } from "../../system/limiter/limiter.ts";
import type { Log } from "../../system/log.ts";
import { pulseConfigSchema, type PulseConfig } from "../../system/pulse/config.ts";
import { shardGroups } from "../../system/pulse/fan-out.ts";
import type { Store } from "../../system/store/store.ts";
import { cohortPulse } from "../cohort/cohort-pulse.ts";
import type { PulseLoad, Scenario } from "../config/scenario.ts";
import type { PhaseRecorder } from "../measure/phase-recorder.ts";
import type { LimiterPool } from "./limiter-pool.ts";
import { quotesOf, type OpenMarket } from "./market-quotes.ts";
import { PulseCrew } from "./pulse-crew.ts";
import { sleepUntil } from "./sleep-until.ts";

export interface PulsePhase {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  /** One for each of the pulse's workers. */
  readonly limiters: LimiterPool;
  readonly limiterConfig: LimiterConfig;
  readonly log: Log;
  readonly market: OpenMarket;
  readonly recorder: PhaseRecorder;
  readonly scenario: Scenario;
  readonly load: PulseLoad;
  /** How many alike users each simulated one stands for. */
  readonly cohort: number;
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
 * Starts a sweep of every worker in every period, as the scheduler would, whether or not the one
 * before has ended: overlaps are for the service to notice. Ends when the phase does.
 */
export async function runPulse(phase: PulsePhase): Promise<void> {
  const { clock, recorder, scenario, load, durationMs } = phase;
  const config = cohortPulse(pulseConfigOf(load), phase.cohort);
  const crews = createCrews(phase, config);
  const over = new AbortController();
  const ended = AbortSignal.any([phase.signal, over.signal]);
  const sweeps: Promise<void>[] = [];
  let fault: { readonly error: unknown } | undefined;
  const watch = async (sweep: Promise<void>): Promise<void> => {
    try {
      await sweep;
    } catch (error) {
      // A fault of the program is no reason to wait for the end of the phase.
      fault ??= { error };
      over.abort(error);
    }
  };
  const periodMs = config.periodSeconds * 1000;
  const endMs = recorder.startMs + durationMs;
  const firstMs = recorder.startMs - leadInMs(scenario, phase.limiters);
  const sampling = sampleLimiter(phase, ended);
  const dying = dieByScript(phase, crews, ended);
  for (let tick = 0; tick * periodMs < durationMs; tick += 1) {
    const startMs = firstMs + tick * periodMs;
    if (!(await sleepUntil(clock, startMs, ended))) break;
    const sweepId = `${scenario.name}-${tick + 1}`;
    const sweep = { sweepId, startMs, untilMs: endMs, signal: ended };
    for (const crew of crews) sweeps.push(watch(crew.sweep(sweep)));
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

function createCrews(phase: PulsePhase, config: PulseConfig): readonly PulseCrew[] {
  const quotes = quotesOf(phase.clock, phase.market);
  const groups = shardGroups(phase.load.workers);
  return phase.limiters.limiters.flatMap((limiter, index) => {
    const group = groups[index];
    return group === undefined ? [] : [new PulseCrew(phase, { config, quotes, group, limiter })];
  });
}

/** Kills instances at the moments the scenario says. */
async function dieByScript(
  { clock, recorder, scenario }: PulsePhase,
  crews: readonly PulseCrew[],
  signal: AbortSignal,
): Promise<void> {
  const deaths = scenario.faults
    .flatMap((fault) => (fault.kind === "instance-death" ? [fault] : []))
    .sort((left, right) => left.atSecond - right.atSecond);
  for (const { atSecond, worker } of deaths) {
    if (!(await sleepUntil(clock, recorder.startMs + atSecond * 1000, signal))) return;
    crews[worker % crews.length]?.die();
  }
}

function pulseConfigOf(load: PulseLoad): PulseConfig {
  const { periodSeconds, snapshotSeconds, signalSeconds, userRateSeconds, workers } = load;
  const own = { periodSeconds, snapshotSeconds, signalSeconds, userRateSeconds, workers };
  return pulseConfigSchema.parse(own);
}

const SAMPLE_MS = 1000;

async function sampleLimiter(
  { clock, limiters, recorder }: PulsePhase,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const nowMs = clock.monotonicMs();
    recorder.limiterState(limiters.state(nowMs));
    const wakeMs = nowMs + SAMPLE_MS;
    const woke = await sleepUntil(clock, wakeMs, signal);
    if (woke) recorder.lateness(clock.monotonicMs() - wakeMs);
  }
}
