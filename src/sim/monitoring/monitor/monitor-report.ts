import type { CountedOperations } from "../../measure/counted-operations.ts";
import type { MonitoringEvidence } from "../../report/monitoring-evidence.ts";
import type { Check, Verdict } from "../../report/result.ts";
import { monitoringChecks } from "../../verify/monitoring-checks.ts";
import { overallVerdict } from "../../verify/verdict.ts";
import type { MetricId } from "../catalogue/firestore-metrics.ts";
import { overlaps, type Span } from "../compare/compare-counts.ts";
import { compareReading, describeReading } from "../compare/compare-reading.ts";
import type { MetricsReading } from "../read/read-metrics.ts";
import { countOf } from "../series/to-deltas.ts";

/** One sample of one series. */
interface Sample {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

interface MonitoredSeries {
  readonly metric: MetricId;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  readonly samples: readonly Sample[];
}

/** What `monitor` tells: as JSON, all of it. */
export interface MonitorReport {
  readonly schemaVersion: 1;
  /** The run that is compared with; null: none is. */
  readonly run: string | null;
  /** Of the comparison; without one, `inconclusive` where there is no point. */
  readonly verdict: Verdict;
  readonly evidence: MonitoringEvidence;
  readonly checks: readonly Check[];
  readonly series: readonly MonitoredSeries[];
  readonly missing: readonly MetricId[];
  readonly remarks: readonly string[];
}

/** What is compared: a run's own count, and its name. */
export interface RunToCompare {
  readonly id: string;
  readonly counted: CountedOperations;
}

export function monitorReport(
  reading: MetricsReading,
  span: Span,
  run: RunToCompare | null,
): MonitorReport {
  const evidence =
    run === null ? describeReading(reading, span) : compareReading(reading, run.counted, span);
  const checks = run === null ? [] : monitoringChecks(evidence, "measured on staging");
  const series = seriesIn(reading, span);
  const seen: Verdict = series.length > 0 ? "pass" : "inconclusive";
  return {
    schemaVersion: 1,
    run: run?.id ?? null,
    verdict: run === null ? seen : overallVerdict(checks, true),
    evidence,
    checks,
    series,
    missing: reading.missing,
    remarks: remarksOf(reading),
  };
}

function seriesIn({ metrics }: MetricsReading, span: Span): readonly MonitoredSeries[] {
  return metrics.flatMap(({ id, type, series }) =>
    series.flatMap(({ labels, deltas }): readonly MonitoredSeries[] => {
      const samples = deltas
        .filter((delta) => overlaps(delta, span))
        .map(({ startMs, endMs, value }) => ({
          from: new Date(startMs).toISOString(),
          to: new Date(endMs).toISOString(),
          count: countOf(value),
        }));
      const count = samples.reduce((sum, sample) => sum + sample.count, 0);
      return samples.length === 0 ? [] : [{ metric: id, type, labels, count, samples }];
    }),
  );
}

function remarksOf({ metrics, missing, settled }: MetricsReading): readonly string[] {
  return [
    ...metrics.flatMap(({ id, remarks }) => remarks.map(({ text }) => `${id}: ${text}`)),
    ...missing.map((id) => `${id}: the project does not have the metric`),
    ...(settled ? [] : ["the counts still grew from one reading to the next"]),
  ];
}
