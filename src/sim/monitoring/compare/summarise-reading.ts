import type { MonitoringEvidence } from "../../report/monitoring-evidence.ts";
import type { MetricsReading } from "../read/read-metrics.ts";
import type { MetricId } from "../catalogue/firestore-metrics.ts";
import { mergeDistributions, quantileOf, type Distribution } from "../series/distribution.ts";
import type { DeltaSeries } from "../series/metric-series.ts";
import { totalOf } from "../series/to-deltas.ts";
import { overlaps, type Span } from "./compare-counts.ts";
import { responseCode } from "./response-code.ts";

type Latency = MonitoringEvidence["latencies"][number];

/** Requests by method and code, latencies by method, and rules by result, of the samples in a span. */
export function summariseReading(
  reading: MetricsReading,
  span: Span,
): Pick<MonitoringEvidence, "requests" | "latencies" | "rules"> {
  const requests = counts(reading, "requests", span, ({ labels }) => [
    labels["api_method"] ?? "",
    responseCode(labels["response_code"] ?? ""),
  ]);
  const rules = counts(reading, "rules", span, ({ labels }) => [labels["result"] ?? ""]);
  return {
    requests: requests.map(([[method = "", code = ""], count]) => ({ method, code, count })),
    latencies: latencies(reading, span),
    rules: rules.map(([[result = ""], count]) => ({ result, count })),
  };
}

function seriesOf({ metrics }: MetricsReading, id: MetricId): readonly DeltaSeries[] {
  return metrics.find((metric) => metric.id === id)?.series ?? [];
}

function within({ deltas }: DeltaSeries, span: Span) {
  return deltas.filter((delta) => overlaps(delta, span));
}

function counts(
  reading: MetricsReading,
  id: MetricId,
  span: Span,
  keyOf: (series: DeltaSeries) => readonly string[],
): readonly (readonly [readonly string[], number])[] {
  const found = new Map<string, number>();
  for (const series of seriesOf(reading, id)) {
    const amount = totalOf(within(series, span));
    const key = JSON.stringify(keyOf(series));
    if (amount > 0) found.set(key, (found.get(key) ?? 0) + amount);
  }
  return [...found]
    .sort(([leftKey, left], [rightKey, right]) => right - left || (leftKey < rightKey ? -1 : 1))
    .map(([key, amount]) => [JSON.parse(key) as readonly string[], amount]);
}

function latencies(reading: MetricsReading, span: Span): Latency[] {
  const byMethod = new Map<string, Distribution[]>();
  for (const series of seriesOf(reading, "latencies")) {
    const method = series.labels["api_method"] ?? "";
    const values = within(series, span).flatMap(({ value }) =>
      typeof value === "number" ? [] : [value],
    );
    byMethod.set(method, [...(byMethod.get(method) ?? []), ...values]);
  }
  return [...byMethod]
    .flatMap(([method, distributions]) => latencyOf(method, mergeDistributions(distributions)))
    .sort((left, right) => right.count - left.count);
}

function latencyOf(method: string, distribution: Distribution): readonly Latency[] {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((quantile) => quantileOf(distribution, quantile));
  if (p50 === undefined || p95 === undefined || p99 === undefined) return [];
  const ms = (seconds: number): number => Math.round(seconds * 1e6) / 1000;
  return [
    {
      method,
      count: distribution.count,
      meanMs: ms(distribution.sum / distribution.count),
      p50Ms: ms(p50.estimate),
      p95Ms: ms(p95.estimate),
      p99Ms: ms(p99.estimate),
      p99WithinMs: [
        Number.isFinite(p99.lower) ? ms(p99.lower) : 0,
        Number.isFinite(p99.upper) ? ms(p99.upper) : null,
      ],
    },
  ];
}
