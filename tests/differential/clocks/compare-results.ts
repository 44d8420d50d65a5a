import type { HistogramSummary, Phase, Result } from "../../../src/sim/report/result.ts";

/** What both runs must have done exactly as often, whatever time it took them. */
const COUNTS = [
  "users",
  "openTrades",
  "sweeps",
  "overlappingSweeps",
  "usersSwept",
  "usersFailed",
  "usersDue",
  "usersServed",
  "writesOffered",
  "writesCommitted",
  "offeredPerSecond",
  "committedPerSecond",
  "retriedCommits",
  "abortedCommits",
  "pnlUnfinished",
  "staleReads",
  "clientOperations",
  "clientErrors",
  "droppedArrivals",
] as const satisfies readonly (keyof Phase)[];

/**
 * Checks of latencies are compared by their figures. Those of the harness's own lateness judge the
 * machine, and on a virtual clock nothing is late. All others must come to the same verdict.
 */
const NOT_BY_VERDICT = new Set([
  "benchmark.pnl-latency",
  "benchmark.pnl-listener",
  "benchmark.query-latency",
  "benchmark.onboarding",
  "limits.queueing",
  "harness.generator",
  "harness.pulse-lane",
]);

/** Rates and verdicts on which the runs disagree: empty when they agree. */
export function compareResults(virtual: Result, real: Result): readonly string[] {
  const differences: string[] = [];
  const compare = (name: string, one?: number | string, other?: number | string): void => {
    if (one !== other)
      differences.push(`${name}: ${one} on the virtual clock, ${other} in real time`);
  };
  for (const [index, phase] of virtual.phases.entries()) {
    for (const field of COUNTS) compare(field, phase[field], real.phases[index]?.[field]);
  }
  const verdicts = (result: Result): ReadonlyMap<string, string> =>
    new Map(result.checks.map(({ id, verdict }) => [id, verdict]));
  const [ofVirtual, ofReal] = [verdicts(virtual), verdicts(real)];
  for (const id of new Set([...ofVirtual.keys(), ...ofReal.keys()])) {
    if (!NOT_BY_VERDICT.has(id)) compare(id, ofVirtual.get(id), ofReal.get(id));
  }
  return differences;
}

/** One latency of both runs, in milliseconds. */
export interface LatencyPair {
  readonly metric: string;
  readonly quantile: "p50" | "p99";
  readonly samples: number;
  readonly virtualMs: number;
  readonly realMs: number;
}

const COMPARED = ["pnl-commit", "commit-call", "query"];
const QUANTILES = ["p50", "p99"] as const;

/** How far the model's latencies lie from those measured through the gateway. */
export function compareLatencies(virtual: Result, real: Result): readonly LatencyPair[] {
  return COMPARED.flatMap((metric) => {
    const [one, other] = [histogramOf(virtual, metric), histogramOf(real, metric)];
    if (one === undefined || other === undefined) return [];
    return QUANTILES.map((quantile) => ({
      metric,
      quantile,
      samples: other.count,
      virtualMs: one[quantile],
      realMs: other[quantile],
    }));
  });
}

function histogramOf({ histograms }: Result, name: string): HistogramSummary | undefined {
  return histograms.find(({ metric, phase }) => metric === name && phase !== null);
}
