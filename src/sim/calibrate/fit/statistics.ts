import type { Rng } from "../../../std/rng.ts";

/** By linear interpolation between the sorted values; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = part * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (at - below) * (high - low);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What is in groups, group by group, in the order in which groups come first. */
export function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** How often each item is drawn when as many as there are are drawn, with repetition, from each stratum. */
export function resampled(strata: readonly string[], rng: Rng): Float64Array {
  const weights = new Float64Array(strata.length);
  const places = groupBy(
    strata.map((stratum, place) => ({ stratum, place })),
    ({ stratum }) => stratum,
  );
  for (const members of places.values()) {
    for (let draw = 0; draw < members.length; draw += 1) {
      const { place } = rng.pick(members);
      weights[place] = (weights[place] ?? 0) + 1;
    }
  }
  return weights;
}

/** How often a fit is made again on samples drawn anew, to see how far it moves. */
export interface Bootstrap {
  readonly rng: Rng;
  readonly replicates: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A replay of one queue stands for the several that a database has; it is no nearer to them than this. */
const REPLAY_PART = 0.01;

/** An interval of a queue's figure, which is never narrower than what a replay can tell. */
export function noNarrower(value: number, { low, high }: Interval): Interval {
  return {
    low: Math.min(low, value * (1 - REPLAY_PART)),
    high: Math.max(high, value * (1 + REPLAY_PART)),
  };
}

/** Deviations of the replicates to either side: with the normal's 1.96, four of five intervals held the truth. */
const REACH = 2.6;

/**
 * Around a figure of a distribution with an edge, of which replicates make too little: their deviation,
 * stretched by what intervals of synthetic truths wanted to hold 95 of 100 of them.
 */
export function stretched95(value: number, replicates: readonly number[]): Interval {
  const middle = mean(replicates);
  const deviation = Math.sqrt(mean(replicates.map((one) => (one - middle) ** 2)));
  const { low, high } = interval95(replicates);
  return {
    low: Math.max(0, Math.min(low, value - REACH * deviation)),
    high: Math.max(high, value + REACH * deviation),
  };
}

/** Holds 95 of 100 values: the bootstrap's percentile interval (Efron and Tibshirani 1993, chapter 13). */
export function interval95(values: readonly number[]): Interval {
  return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
}
