import type { Check, HistogramSummary, Verdict } from "../report/result.ts";
import { MINIMUM_SAMPLES } from "./benchmark-table.ts";

/** Milliseconds for people: three digits that matter. */
export function formatMs(valueMs: number): string {
  if (valueMs >= 10_000) return `${(valueMs / 1000).toFixed(1)} s`;
  if (valueMs >= 1000) return `${(valueMs / 1000).toFixed(2)} s`;
  return `${valueMs.toFixed(valueMs < 100 ? 1 : 0)} ms`;
}

export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function formatRate(perSecond: number): string {
  return `${perSecond.toFixed(perSecond < 1000 ? 1 : 0)}/s`;
}

/** "1 user", "2 users". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

type Quantile = "p95" | "p99";

export interface LatencyTarget {
  readonly id: string;
  readonly title: string;
  readonly section: string | null;
  readonly boundMs: number;
  readonly quantile: Quantile;
}

/** A figure with the phase it comes from. */
export interface PhasedHistogram {
  readonly phase: string;
  readonly histogram: HistogramSummary;
}

/**
 * Holds the worst phase's quantile against a bound. No sample at all fails: a check that saw
 * nothing must never pass. Too few samples to carry the quantile decide nothing either way.
 */
export function latencyCheck(
  target: LatencyTarget,
  basis: Check["basis"],
  candidates: readonly PhasedHistogram[],
  explain: (worst: PhasedHistogram) => string,
): Check {
  const sampled = candidates.filter(({ histogram }) => histogram.count > 0);
  const samples = sampled.reduce((total, { histogram }) => total + histogram.count, 0);
  const carrying = sampled.filter(({ histogram }) => histogram.count >= MINIMUM_SAMPLES);
  const pool = carrying.length > 0 ? carrying : sampled;
  const [worst] = [...pool].sort(
    (left, right) => right.histogram[target.quantile] - left.histogram[target.quantile],
  );
  const base = {
    id: target.id,
    group: "benchmark" as const,
    title: target.title,
    section: target.section,
    target: `${target.quantile} < ${formatMs(target.boundMs)}`,
    bound: target.boundMs,
    unit: "ms",
    samples,
    basis,
  };
  if (worst === undefined) {
    const detail = "Nothing was measured, so nothing is shown. An empty metric fails.";
    return { ...base, figure: "no samples", value: null, verdict: "fail", detail };
  }
  const value = worst.histogram[target.quantile];
  const within = value < target.boundMs;
  const verdict: Verdict = carrying.length === 0 ? "inconclusive" : within ? "pass" : "fail";
  return {
    ...base,
    phase: worst.phase,
    figure: `${target.quantile} ${formatMs(value)}`,
    value,
    verdict,
    detail: latencyDetail(target, worst, verdict, explain),
  };
}

function latencyDetail(
  target: LatencyTarget,
  worst: PhasedHistogram,
  verdict: Verdict,
  explain: (worst: PhasedHistogram) => string,
): string {
  const { histogram, phase } = worst;
  const value = histogram[target.quantile];
  const spread = `p50 ${formatMs(histogram.p50)}, max ${formatMs(histogram.max)}`;
  if (verdict === "fail") {
    const factor = (value / target.boundMs).toFixed(1);
    const over = formatMs(value - target.boundMs);
    return `Missed in ${phase} by ${over} (${factor} times the target; ${spread}). ${explain(worst)}`.trim();
  }
  if (verdict === "inconclusive") {
    return `Only ${plural(histogram.count, "sample")} in ${phase}: at least ${MINIMUM_SAMPLES} are needed for ${target.quantile}.`;
  }
  return `Worst phase: ${phase} (${spread}).`;
}
