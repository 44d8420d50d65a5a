/*
 * A load as rates that hold and jump, and when each of its arrivals falls due. k6 imports this file, so
 * it names no module of Node's and uses no syntax that k6 lacks.
 */

/** A rate that holds for so long. k6 takes whole numbers only, so it is counted in a thousand seconds. */
export interface RateStage {
  readonly perThousandSeconds: number;
  readonly seconds: number;
}

/** What k6's executor `ramping-arrival-rate` takes. */
export interface K6Ramp {
  readonly startRate: number;
  readonly timeUnit: string;
  readonly stages: readonly { readonly target: number; readonly duration: string }[];
}

const UNIT_SECONDS = 1_000;

/**
 * Each stage is a jump of no duration and a hold: without the jump k6 glides from one rate to the
 * next, below the load that was asked for.
 */
export function k6Ramp(stages: readonly RateStage[]): K6Ramp {
  return {
    startRate: stages[0]?.perThousandSeconds ?? 0,
    timeUnit: `${UNIT_SECONDS}s`,
    stages: stages.flatMap(({ perThousandSeconds: target, seconds }) => [
      { target, duration: "0s" },
      { target, duration: `${Math.round(seconds * 1_000)}ms` },
    ]),
  };
}

/**
 * When arrival `n` (from 0) falls due, in milliseconds after the start: k6 starts it when n + 1 whole
 * arrivals have accrued; the one due at the end itself it starts or does not (measured on v1.8.1 and
 * v2.2.0). Undefined when the load ends before.
 */
export function arrivalOffsetMs(stages: readonly RateStage[], n: number): number | undefined {
  let accrued = 0;
  let startMs = 0;
  for (const { perThousandSeconds, seconds } of stages) {
    const arrivals = (perThousandSeconds * seconds) / UNIT_SECONDS;
    if (perThousandSeconds > 0 && accrued + arrivals >= n + 1) {
      return startMs + ((n + 1 - accrued) / perThousandSeconds) * UNIT_SECONDS * 1_000;
    }
    accrued += arrivals;
    startMs += seconds * 1_000;
  }
  return undefined;
}

/** How many fall due, with one that may fall due at the end itself. */
export function plannedArrivals(stages: readonly RateStage[]): number {
  const accrued = stages.reduce(
    (sum, { perThousandSeconds, seconds }) => sum + (perThousandSeconds * seconds) / UNIT_SECONDS,
    0,
  );
  return Math.floor(accrued);
}

export function durationSeconds(stages: readonly RateStage[]): number {
  return stages.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Arrivals a second, at the most. */
export function peakPerSecond(stages: readonly RateStage[]): number {
  return Math.max(0, ...stages.map(({ perThousandSeconds }) => perThousandSeconds)) / UNIT_SECONDS;
}
