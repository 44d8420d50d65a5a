import type { Rng } from "../../std/rng.ts";
import { crashDisplacement, crashOpenness } from "./crash-shape.ts";
import { REGIME_PROFILES, TRADING_SECONDS_PER_YEAR } from "./regime-profile.ts";
import { STEP_MS } from "./timeline.ts";
import type { Segment, Timeline } from "./timeline.ts";

/**
 * The common factor and the nervousness that goes with it, step by step. Arrays of levels have
 * one entry more than there are steps: entry k is the level as step k begins.
 */
export interface FactorPath {
  readonly stepMs: number;
  /** Logarithm of the factor's diffusive level, 0 at the opening. */
  readonly factor: Float64Array;
  /** Log displacement by crashes, which every symbol takes in full. */
  readonly crash: Float64Array;
  /** Variance of the diffusion up to the step: what a symbol's own moves are scaled by. */
  readonly variance: Float64Array;
}

/** How eagerly the market trades in each step. */
export interface Activity {
  /** Mean updates a second in the step, clusters included and sweeps not. */
  readonly updatesPerSecond: Float32Array;
  readonly sweepsPerSecond: Float32Array;
  /** Share of updates that come through: 0 while halted, little in a liquidity gap, else 1. */
  readonly openness: Float32Array;
}

/** Volatility wanders by this much (deviation of its logarithm) … */
const VOLATILITY_OF_VOLATILITY = 0.25;
/** … and forgets where it was in this time. */
const VOLATILITY_MEMORY_MS = 120_000;
/** A re-opened market is this many times as volatile at first, and calms down in this time. */
const REOPEN_SURGE = 3;
const REOPEN_CALMING_MS = 20_000;

export function createFactorPath(
  timeline: Timeline,
  durationMs: number,
  rng: Rng,
): { readonly path: FactorPath; readonly activity: Activity } {
  const steps = Math.ceil(durationMs / STEP_MS);
  const path: FactorPath = {
    stepMs: STEP_MS,
    factor: new Float64Array(steps + 1),
    crash: new Float64Array(steps + 1),
    variance: new Float64Array(steps + 1),
  };
  const activity: Activity = {
    updatesPerSecond: new Float32Array(steps),
    sweepsPerSecond: new Float32Array(steps),
    openness: new Float32Array(steps),
  };
  const nervousness = createNervousness(rng.fork("volatility"));
  const shocks = rng.fork("factor");
  let segment = timeline.segmentAt(0);
  let displacementBefore = 0;
  for (let step = 0; step < steps; step += 1) {
    const startMs = step * STEP_MS;
    if (startMs >= segment.endMs) {
      segment = timeline.segmentAt(startMs);
      displacementBefore = path.crash[step] ?? 0;
    }
    const multiple = nervousness() * surgeOf(segment, startMs);
    setActivity(activity, step, segment, multiple);
    diffuse(path, step, stepVariance(segment, multiple), shocks.normal());
    path.crash[step + 1] = displacementAt(segment, startMs + STEP_MS, displacementBefore);
  }
  return { path, activity };
}

/**
 * Multiples of the variance, of mean 1: exp(2νX - 2ν²), where X is an Ornstein-Uhlenbeck process
 * of deviation 1. Variance and update rate both take it, so that updates follow volatility.
 */
function createNervousness(rng: Rng): () => number {
  const keep = Math.exp(-STEP_MS / VOLATILITY_MEMORY_MS);
  const renew = Math.sqrt(1 - keep ** 2);
  let state = rng.normal();
  return () => {
    state = keep * state + renew * rng.normal();
    return Math.exp(2 * VOLATILITY_OF_VOLATILITY * (state - VOLATILITY_OF_VOLATILITY));
  };
}

/** The multiple of the variance just after a re-opening, falling back to 1. */
function surgeOf(segment: Segment, atMs: number): number {
  if (segment.regime !== "re-open") return 1;
  const surge = (REOPEN_SURGE - 1) * Math.exp(-(atMs - segment.startMs) / REOPEN_CALMING_MS);
  return (1 + surge) ** 2;
}

function stepVariance(segment: Segment, multiple: number): number {
  const { annualVolatility } = REGIME_PROFILES[segment.regime];
  return (annualVolatility ** 2 * multiple * STEP_MS) / 1000 / TRADING_SECONDS_PER_YEAR;
}

function setActivity(activity: Activity, step: number, segment: Segment, multiple: number): void {
  const profile = REGIME_PROFILES[segment.regime];
  activity.updatesPerSecond[step] = profile.updatesPerSecond * multiple;
  activity.sweepsPerSecond[step] = multiple / profile.secondsBetweenSweeps;
  activity.openness[step] = opennessAt(segment, step * STEP_MS);
}

function opennessAt(segment: Segment, atMs: number): number {
  if (segment.regime === "halt") return 0;
  return segment.regime === "flash-crash" ? crashOpenness(progressOf(segment, atMs)) : 1;
}

function diffuse(path: FactorPath, step: number, variance: number, shock: number): void {
  path.factor[step + 1] = (path.factor[step] ?? 0) + Math.sqrt(variance) * shock;
  path.variance[step + 1] = (path.variance[step] ?? 0) + variance;
}

function displacementAt(segment: Segment, atMs: number, before: number): number {
  if (segment.regime !== "flash-crash") return before;
  return crashDisplacement(progressOf(segment, atMs), before);
}

function progressOf(segment: Segment, atMs: number): number {
  return (atMs - segment.startMs) / (segment.endMs - segment.startMs);
}
