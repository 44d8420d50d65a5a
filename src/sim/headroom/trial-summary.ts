import type { HistogramSummary, Result } from "../report/result.ts";
import { bindingOf, isTooMuch, type Binding } from "./binding.ts";

/** What headroom keeps of one trial. */
export interface TrialSummary {
  readonly load: number;
  readonly seed: number;
  /** No check failed. What no sample or too few left undecided does not count against it. */
  readonly meets: boolean;
  /** Ids of the checks that failed, and of those that could not be decided. */
  readonly failed: readonly string[];
  readonly undecided: readonly string[];
  /** What bound first; null where nothing failed. */
  readonly binding: Binding | null;
  readonly figures: TrialFigures;
}

/** All of the phase, latencies in ms; null where there was no sample. */
interface TrialFigures {
  /** Of P&L updates; of direct writes where there is no pulse, of reads where there is neither. */
  readonly p99Ms: number | null;
  readonly p99Of: string;
  readonly queueingP99Ms: number | null;
  readonly attempts: number;
  readonly refusedAttempts: number;
  readonly writesPerSecond: number;
}

export function summarizeTrial(result: Result, load: number, seed: number): TrialSummary {
  const failed = result.checks.filter(isTooMuch);
  const undecided = result.checks.filter(
    (check) => check.verdict !== "pass" && !failed.includes(check),
  );
  return {
    load,
    seed,
    meets: failed.length === 0,
    failed: failed.map(({ id }) => id),
    undecided: undecided.map(({ id }) => id),
    binding: bindingOf(result) ?? null,
    figures: figuresOf(result),
  };
}

const METRICS = ["pnl-commit", "direct-commit", "query"];

function figuresOf({ histograms, phases }: Result): TrialFigures {
  const named = (wanted: string): HistogramSummary | undefined =>
    histograms.find(({ metric, count }) => metric === wanted && count > 0);
  const metric = METRICS.find((one) => named(one) !== undefined) ?? "pnl-commit";
  const limits = phases[0]?.limits;
  return {
    p99Ms: rounded(named(metric)?.p99),
    p99Of: metric,
    queueingP99Ms: rounded(limits?.queueing.p99Ms),
    attempts: (limits?.commits ?? 0) + (limits?.queries ?? 0),
    refusedAttempts: limits?.refusedAttempts ?? 0,
    writesPerSecond: rounded(phases[0]?.committedPerSecond) ?? 0,
  };
}

/** To a tenth: the models behind these figures know no more. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}
