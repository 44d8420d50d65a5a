/** Values counted in buckets: from `lower`, included, to `upper`, not included. In the metric's unit. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  /** Those that hold something, ascending. The lowest may begin at -Infinity, the highest never ends. */
  readonly buckets: readonly Bucket[];
}

interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

export function mergeDistributions(all: readonly Distribution[]): Distribution {
  const buckets = new Map<string, Bucket>();
  for (const one of all.flatMap((distribution) => distribution.buckets)) {
    const key = `${one.lower} ${one.upper}`;
    const count = (buckets.get(key)?.count ?? 0) + one.count;
    buckets.set(key, { ...one, count });
  }
  return {
    count: all.reduce((total, { count }) => total + count, 0),
    sum: all.reduce((total, { sum }) => total + sum, 0),
    buckets: [...buckets.values()].sort(
      (left, right) => left.upper - right.upper || left.lower - right.lower,
    ),
  };
}

/** What came since `earlier`; undefined when some count fell, so that it cannot be the same counter. */
export function distributionSince(
  later: Distribution,
  earlier: Distribution,
): Distribution | undefined {
  const before = new Map(
    earlier.buckets.map((bucket) => [`${bucket.lower} ${bucket.upper}`, bucket]),
  );
  const buckets = later.buckets.map((bucket) => {
    const key = `${bucket.lower} ${bucket.upper}`;
    const count = bucket.count - (before.get(key)?.count ?? 0);
    before.delete(key);
    return { ...bucket, count };
  });
  if (before.size > 0 || buckets.some(({ count }) => count < 0)) return undefined;
  return {
    count: later.count - earlier.count,
    sum: later.sum - earlier.sum,
    buckets: buckets.filter(({ count }) => count > 0),
  };
}

/** Where a quantile lies: somewhere in a bucket, and read off along it as if it were filled evenly. */
export interface Quantile {
  readonly lower: number;
  readonly upper: number;
  readonly estimate: number;
}

/** undefined when there are no values. */
export function quantileOf(distribution: Distribution, quantile: number): Quantile | undefined {
  const { buckets } = distribution;
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const rank = quantile * total;
  let below = 0;
  for (const { lower, upper, count } of buckets) {
    if (below + count >= rank && count > 0) {
      return { lower, upper, estimate: within(lower, upper, (rank - below) / count) };
    }
    below += count;
  }
  return undefined;
}

/** A bucket that is open on one side has one bound to give. */
function within(lower: number, upper: number, share: number): number {
  if (!Number.isFinite(upper)) return lower;
  if (!Number.isFinite(lower)) return upper;
  return lower + (upper - lower) * share;
}
