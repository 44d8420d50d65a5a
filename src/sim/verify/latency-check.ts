import type { Check, HistogramSummary, Verdict } from "../report/result.ts";
import { MINIMUM_SAMPLES } from "./benchmark-table.ts";
import { formatMs, plural } from "./check.ts";

export interface LatencyTarget {
  readonly id: string;
  readonly title: string;
  readonly section: string | null;
  readonly boundMs: number;
  readonly quantile: "p95" | "p99";
}

/** A figure and where it comes from. */
export interface Measured {
  /** A phase's name, or what was pooled: "all phases". */
  readonly where: string;
  /** The phase it is of; absent when it is of several. */
  readonly phase?: string;
  readonly histogram: HistogramSummary;
  /** The harness was late here, so a miss may be its own. */
  readonly late: boolean;
  /** The longest it was late; 0 where it kept its schedule. */
  readonly worstLatenessMs: number;
  /** The run ended here, so there need not be samples. */
  readonly cut: boolean;
  /** Why it was slow, when it was. */
  readonly explain: () => string;
}

type Judged = Measured & { readonly finding: "missed" | "missed late" | "too few" | "within" };

/** Most telling first: the finding that decides the verdict. */
const RANKS: readonly Judged["finding"][] = ["missed", "missed late", "too few", "within"];

/**
 * Holds each figure's quantile against the bound; all must keep it. A figure without any sample
 * fails: a check that saw nothing must never pass. One with too few samples to carry the quantile
 * decides nothing, and neither does a miss that the harness's own lateness there may explain.
 */
export function latencyCheck(
  target: LatencyTarget,
  basis: Check["basis"],
  samples: number,
  figures: readonly Measured[],
): Check {
  const [decisive] = figures
    .map((figure): Judged => ({ ...figure, finding: findingOf(target, figure) }))
    .sort(
      (left, right) =>
        RANKS.indexOf(left.finding) - RANKS.indexOf(right.finding) ||
        right.histogram[target.quantile] - left.histogram[target.quantile],
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
  if (decisive === undefined || samples === 0) {
    const detail = "Nothing was measured, so nothing is shown. An empty metric fails.";
    return { ...base, figure: "no samples", value: null, verdict: "fail", detail };
  }
  const { histogram, phase } = decisive;
  const isEmpty = histogram.count === 0;
  const value = isEmpty ? null : histogram[target.quantile];
  return {
    ...base,
    ...(phase === undefined ? {} : { phase }),
    figure: value === null ? "no samples" : `${target.quantile} ${formatMs(value)}`,
    value,
    verdict: verdictOf(decisive.finding),
    detail: detailOf(target, decisive),
  };
}

/**
 * A process that is held up also delays what queues behind it: a miss of up to so many times its
 * worst lateness may be its own. A miss beyond that is not.
 */
const LATENESS_REACH = 10;

function findingOf(
  target: LatencyTarget,
  { histogram, late, worstLatenessMs, cut }: Measured,
): Judged["finding"] {
  if (histogram.count === 0) return cut ? "too few" : "missed";
  if (histogram.count < MINIMUM_SAMPLES[target.quantile]) return "too few";
  if (histogram[target.quantile] < target.boundMs) return "within";
  const explained = target.boundMs + LATENESS_REACH * worstLatenessMs;
  return late && histogram[target.quantile] < explained ? "missed late" : "missed";
}

function verdictOf(finding: Judged["finding"]): Verdict {
  switch (finding) {
    case "missed":
      return "fail";
    case "missed late":
    case "too few":
      return "inconclusive";
    case "within":
      return "pass";
  }
}

function detailOf(target: LatencyTarget, judged: Judged): string {
  const { histogram, where, finding } = judged;
  const { boundMs, quantile } = target;
  if (histogram.count === 0) return `Nothing was measured in ${where}. An empty metric fails.`;
  const value = histogram[quantile];
  const spread = `p50 ${formatMs(histogram.p50)}, max ${formatMs(histogram.max)}`;
  const over = `by ${formatMs(value - boundMs)} (${(value / boundMs).toFixed(1)} times the target; ${spread})`;
  switch (finding) {
    case "missed":
      return `Missed in ${where} ${over}. ${judged.explain()}`.trim();
    case "missed late":
      return `Missed in ${where} ${over}, but this machine was late there itself: the figure may show it and not the service. Lower --users, or run on a quieter machine.`;
    case "too few":
      return `Only ${plural(histogram.count, "sample")} in ${where}: at least ${MINIMUM_SAMPLES[quantile]} are needed for ${quantile}. Run more users, or longer.`;
    case "within":
      return `Worst: ${where} (${spread}).`;
  }
}
