/*
 * Latencies as counts by bucket, which several k6 processes can add up exactly: percentiles cannot be
 * merged. k6 imports this file, so it names no module of Node's and uses no syntax that k6 lacks.
 *
 * The buckets are those of an HDR histogram of whole milliseconds (k6's clock has no finer ones): each
 * to 127 ms, then 64 to the octave, so that a value is known to within one part in 64.
 */

const SUB_BUCKET_BITS = 7;
const SUB_BUCKETS = 2 ** SUB_BUCKET_BITS;
const HALF = SUB_BUCKETS / 2;
/** Beyond two minutes no request is waited for. */
const OCTAVES = 10;

export const LATENCY_BUCKETS = SUB_BUCKETS + OCTAVES * HALF;

/** The bucket of a latency: negative ones (clocks that differ) count as zero, the longest in the last. */
export function bucketOf(latencyMs: number): number {
  const value = Math.max(0, Math.round(latencyMs));
  if (value < SUB_BUCKETS) return value;
  const octave = 31 - Math.clz32(Math.min(value, 2 ** 31 - 1)) - SUB_BUCKET_BITS + 1;
  const bucket = octave * HALF + Math.floor(value / 2 ** octave);
  return Math.min(bucket, LATENCY_BUCKETS - 1);
}

/** The longest latency that is counted in the bucket, so that no figure looks better than it was. */
export function bucketEndMs(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket;
  const octave = Math.floor(bucket / HALF) - 1;
  const first = (bucket - octave * HALF) * 2 ** octave;
  return first + 2 ** octave - 1;
}
