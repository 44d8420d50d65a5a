import { minimise } from "./minimise.ts";
import { median, quantile } from "./statistics.ts";

/** The 99th percentile of the normal distribution, as the model has it (src/firestore/capacity/latency.ts). */
const Z99 = 2.3263;
/** Of the normal distribution: quartiles lie so far from its middle. */
const Z75 = 0.6745;
/** From so many deviations on a sample counts by its distance only, not by its square (Huber). */
const ROBUST_FROM = 3;
/** Of the median: what is left of a latency after all that was added is never taken for less. */
const LEAST_PART = 0.02;

/** A call at rest: how long it took beyond round trip and queues, and what may have added to it. */
export interface TimedCall {
  readonly tookMs: number;
  /** One figure for each constant that is fitted, in its unit: further documents, entries, KiB. */
  readonly size: readonly number[];
}

/** Log-normal, with so much more for each unit of size. */
export interface LatencyFit {
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds for each unit of size, in their order; none is below 0. */
  readonly each: readonly number[];
}

/**
 * The most likely log-normal distribution with what size adds to it, where samples far out count by
 * their distance only: a pause of the machine is not what Firestore takes. `again`: with weights that say
 * how often each call counts, from a fit that cannot be far.
 */
export function fitLatency(
  calls: readonly TimedCall[],
  again?: { readonly weights: Float64Array; readonly near: LatencyFit },
): LatencyFit {
  const start = again === undefined ? guess(calls) : { ...again.near, sigma: sigmaOf(again.near) };
  const weights = again?.weights;
  // Samples drawn anew move a fit by little.
  const reach = again === undefined ? 0.1 : 0.03;
  const sizes = start.each.length;
  const scales = start.each.map((_, axis) => scaleOf(calls, axis));
  const objective = ([mu = 0, logSigma = 0, ...scaled]: readonly number[]): number =>
    unlikelihood(calls, weights, {
      mu,
      sigma: Math.exp(logSigma),
      each: scaled.map((value, axis) => Math.abs(value) / (scales[axis] ?? 1)),
    });
  const best = minimise(
    objective,
    [
      Math.log(start.p50),
      Math.log(start.sigma),
      ...start.each.map((value, axis) => value * (scales[axis] ?? 1)),
    ],
    [reach, reach, ...Array.from({ length: sizes }, () => start.p50 * reach)],
  );
  const [mu = 0, logSigma = 0, ...scaled] = best;
  return {
    p50: Math.exp(mu),
    p99: Math.exp(mu + Z99 * Math.exp(logSigma)),
    each: scaled.map((value, axis) => Math.abs(value) / (scales[axis] ?? 1)),
  };
}

/** So that all numbers that are searched for are milliseconds. */
function scaleOf(calls: readonly TimedCall[], axis: number): number {
  return Math.max(1e-9, ...calls.map(({ size }) => size[axis] ?? 0));
}

interface Guess {
  readonly p50: number;
  readonly sigma: number;
  readonly each: readonly number[];
}

/** By the medians of the smallest calls and of those that are largest in one way. */
function guess(calls: readonly TimedCall[]): Guess {
  const axes = calls[0]?.size.length ?? 0;
  const least = Array.from({ length: axes }, (_, axis) => leastOf(calls, axis));
  const smallest = calls.filter(({ size }) =>
    size.every((value, axis) => value <= (least[axis] ?? 0) * 1.01 + 1e-9),
  );
  const base = (smallest.length > 0 ? smallest : calls).map(({ tookMs }) => tookMs);
  const p50 = Math.max(0.1, median(base));
  const [low, high] = [quantile(base, 0.25), quantile(base, 0.75)];
  const sigma = Math.log(Math.max(1.05, high / Math.max(0.05, low))) / (2 * Z75);
  const each = Array.from({ length: axes }, (_, axis) => {
    const most = scaleOf(calls, axis);
    const largest = calls.filter(({ size }) => (size[axis] ?? 0) >= 0.9 * most);
    const more = median(largest.map(({ tookMs }) => tookMs)) - p50;
    return Math.max(0, more) / most;
  });
  return { p50, sigma, each };
}

function leastOf(calls: readonly TimedCall[], axis: number): number {
  return calls.reduce((least, { size }) => Math.min(least, size[axis] ?? 0), Infinity);
}

/** Minus the logarithm of the likelihood, but for a constant. */
function unlikelihood(
  calls: readonly TimedCall[],
  weights: Float64Array | undefined,
  fit: { readonly mu: number; readonly sigma: number; readonly each: readonly number[] },
): number {
  const { mu, sigma, each } = fit;
  const least = LEAST_PART * Math.exp(mu);
  let sum = 0;
  for (let index = 0; index < calls.length; index += 1) {
    const weight = weights === undefined ? 1 : (weights[index] as number);
    if (weight === 0) continue;
    const { tookMs, size } = calls[index] as TimedCall;
    let rest = tookMs;
    for (let axis = 0; axis < each.length; axis += 1) {
      rest -= (each[axis] as number) * (size[axis] as number);
    }
    // Below the least, the logarithm goes on as a line.
    const log = rest > least ? Math.log(rest) : Math.log(least) + (rest - least) / least;
    sum += weight * (log + Math.log(sigma) + robust((log - mu) / sigma));
  }
  return sum;
}

function robust(deviations: number): number {
  const size = Math.abs(deviations);
  return size <= ROBUST_FROM ? (size * size) / 2 : ROBUST_FROM * (size - ROBUST_FROM / 2);
}

/** The median of a call of this size, by the fit. */
export function medianOf({ p50, each }: LatencyFit, size: readonly number[]): number {
  return p50 + addedBy(each, size);
}

export function addedBy(each: readonly number[], size: readonly number[]): number {
  return each.reduce((sum, value, axis) => sum + value * (size[axis] ?? 0), 0);
}

/** The logarithm's standard deviation. */
export function sigmaOf({ p50, p99 }: Pick<LatencyFit, "p50" | "p99">): number {
  return Math.log(p99 / p50) / Z99;
}
