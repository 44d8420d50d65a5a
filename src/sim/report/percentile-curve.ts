import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import type { HistogramSummary } from "./result.ts";

/** A point of a distribution: `share` of all samples took `latencyMs` or less. */
export interface PercentilePoint {
  readonly share: number;
  readonly latencyMs: number;
}

/** Points drawn for each tenfold step towards 100%. */
const POINTS_PER_NINE = 12;
/** Beyond 99.999% a run of this size has nothing to say. */
const NINES_MAX = 5;

/**
 * The distribution as a curve, with points evenly spaced in "nines" (90%, 99%, 99.9% are equally
 * far apart) up to the last one the sample count can tell. Read from the exact histogram; from the
 * summary's own percentiles when that cannot be decoded. Empty without samples.
 */
export function percentileCurve(histogram: HistogramSummary): readonly PercentilePoint[] {
  if (histogram.count === 0) return [];
  const latencyAt = openEncoded(histogram);
  if (latencyAt === null) return summaryPoints(histogram);
  const ninesMax = Math.min(NINES_MAX, Math.log10(Math.max(histogram.count, 2)));
  const steps = Math.max(2, Math.ceil(ninesMax * POINTS_PER_NINE));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = 1 - 10 ** -((step / steps) * ninesMax);
    return { share, latencyMs: step === steps ? histogram.max : latencyAt(share) };
  });
}

/**
 * The encoded histogram counts in its recorder's own unit. The summary says what one step is worth:
 * both know the largest value.
 */
function openEncoded(histogram: HistogramSummary): ((share: number) => number) | null {
  try {
    const decoded = decodeFromCompressedBase64(histogram.encoded);
    if (decoded.totalCount !== histogram.count || decoded.maxValue <= 0) return null;
    const stepMs = histogram.max / decoded.maxValue;
    return (share) => Math.min(decoded.getValueAtPercentile(share * 100) * stepMs, histogram.max);
  } catch {
    // A report can still be made from the summary, so a damaged encoding is no reason to fail.
    return null;
  }
}

function summaryPoints(histogram: HistogramSummary): readonly PercentilePoint[] {
  const points: readonly PercentilePoint[] = [
    { share: 0, latencyMs: histogram.min },
    { share: 0.5, latencyMs: histogram.p50 },
    { share: 0.9, latencyMs: histogram.p90 },
    { share: 0.95, latencyMs: histogram.p95 },
    { share: 0.99, latencyMs: histogram.p99 },
    { share: 0.999, latencyMs: histogram.p999 },
  ];
  // A percentile that needs more samples than there are is left out; the sum is rounded, since
  // 10 × (1 - 0.9) is a little less than 1.
  return points.filter((point) => Math.round(histogram.count * (1 - point.share) * 1e6) >= 1e6);
}
