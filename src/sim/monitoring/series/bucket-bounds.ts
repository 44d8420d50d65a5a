import type { WireDistribution } from "../wire-types.ts";

/** More buckets than this no service has; each costs memory. */
const MOST_BUCKETS = 10_000;

/**
 * The bounds between buckets, ascending: bucket i lies from bound i-1 to bound i. undefined where
 * they are not described, or not as google.api.Distribution.BucketOptions has it.
 */
export function bucketBounds(
  options: WireDistribution["bucketOptions"],
): readonly number[] | undefined {
  const bounds = described(options);
  if (bounds === undefined || bounds.length === 0 || bounds.length > MOST_BUCKETS) return undefined;
  const ascends = bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0));
  return ascends && bounds.every(Number.isFinite) ? bounds : undefined;
}

function described(options: WireDistribution["bucketOptions"]): readonly number[] | undefined {
  const { linearBuckets, exponentialBuckets, explicitBuckets } = options ?? {};
  if (linearBuckets) {
    const { offset, width } = linearBuckets;
    return boundsOf(linearBuckets, (index) => Number(offset) + Number(width) * index);
  }
  if (exponentialBuckets) {
    const { scale, growthFactor } = exponentialBuckets;
    return boundsOf(exponentialBuckets, (index) => Number(scale) * Number(growthFactor) ** index);
  }
  return explicitBuckets?.bounds ?? undefined;
}

/** N finite buckets have N + 1 bounds. */
function boundsOf(
  { numFiniteBuckets }: { readonly numFiniteBuckets?: number | null },
  bound: (index: number) => number,
): readonly number[] | undefined {
  const finite = numFiniteBuckets ?? 0;
  if (finite < 1 || finite > MOST_BUCKETS) return undefined;
  return Array.from({ length: finite + 1 }, (_, index) => bound(index));
}
