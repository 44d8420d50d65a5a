import type { WireDistribution } from "../wire-types.ts";

/**
 * Bounds that grow by a factor. Which ones Firestore's own distribution has is not published; these
 * reach from 1 ms to 100 s, each bucket within 20% of the one before.
 */
const BUCKETS = { numFiniteBuckets: 64, growthFactor: 1.2, scale: 0.001 };

/** The latencies of one sampling period, in seconds, as Monitoring's distribution keeps them. */
export class LatencySample {
  #count = 0;
  #mean = 0;
  #squares = 0;
  readonly #buckets = Array.from({ length: BUCKETS.numFiniteBuckets + 2 }, () => 0);

  record(seconds: number): void {
    this.#count += 1;
    // Welford's method, as the definition of Distribution names it.
    const away = seconds - this.#mean;
    this.#mean += away / this.#count;
    this.#squares += away * (seconds - this.#mean);
    const bucket = bucketOf(seconds);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  toWire(): WireDistribution {
    return {
      count: this.#count,
      mean: this.#mean,
      sumOfSquaredDeviation: this.#squares,
      bucketOptions: { exponentialBuckets: BUCKETS },
      bucketCounts: [...this.#buckets],
    };
  }
}

/** Bucket 0 is below the scale; bucket i from scale × growth^(i-1) to below scale × growth^i. */
function bucketOf(value: number): number {
  if (value < BUCKETS.scale) return 0;
  const power = Math.floor(Math.log(value / BUCKETS.scale) / Math.log(BUCKETS.growthFactor));
  return Math.min(power + 1, BUCKETS.numFiniteBuckets + 1);
}
