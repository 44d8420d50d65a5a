import type { CountedOperations, Quantity } from "../../measure/counted-operations.ts";
import type { MonitoringEvidence } from "../../report/monitoring-evidence.ts";
import type { MetricId } from "../catalogue/firestore-metrics.ts";
import type { MetricsReading } from "../read/read-metrics.ts";
import type { DeltaSeries } from "../series/metric-series.ts";
import { compareCounts, toIso, type Monitored, type Span } from "./compare-counts.ts";
import { isRefusal } from "./response-code.ts";
import { summariseReading } from "./summarise-reading.ts";

interface Compared {
  readonly quantity: Quantity;
  readonly metric: MetricId;
  readonly isOf: (series: DeltaSeries) => boolean;
}

const COMPARED: readonly Compared[] = [
  { quantity: "writes", metric: "writes", isOf: () => true },
  { quantity: "reads", metric: "reads", isOf: () => true },
  { quantity: "deletes", metric: "deletes", isOf: () => true },
  {
    quantity: "refused",
    metric: "requests",
    isOf: ({ labels }) => isRefusal(labels["response_code"] ?? ""),
  },
];

/** From a run's first operation to its last; undefined when it counted none. */
export function windowOf({ stretchMs, stretches }: CountedOperations): Span | undefined {
  const [first] = stretches;
  const last = stretches.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { fromMs: first.at * stretchMs, toMs: (last.at + 1) * stretchMs };
}

/** A reading beside what a run counted in the window. */
export function compareReading(
  reading: MetricsReading,
  counted: CountedOperations,
  window: Span,
): MonitoringEvidence {
  const seen = { fromMs: reading.fromMs, toMs: reading.toMs - reading.ingestDelayMs };
  const options = {
    window,
    seen,
    samplePeriodMs: reading.samplePeriodMs,
    isSettled: reading.settled,
  };
  const comparisons = COMPARED.map(({ quantity, metric, isOf }) =>
    compareCounts(quantity, counted, monitoredOf(reading, metric, isOf), options),
  );
  return {
    ...factsOf(reading, window),
    unreadable: null,
    // Nothing done and nothing monitored is nothing to compare.
    comparisons: comparisons.filter((one) => one.counted[1] > 0 || one.monitored > 0),
  };
}

/** A reading by itself. */
export function describeReading(reading: MetricsReading, window: Span): MonitoringEvidence {
  return { ...factsOf(reading, window), unreadable: null, comparisons: [] };
}

function factsOf(reading: MetricsReading, window: Span) {
  return {
    project: reading.project,
    database: reading.database,
    window: toIso(window),
    readAt: new Date(reading.toMs).toISOString(),
    waitedMs: reading.waitedMs,
    samplePeriodMs: reading.samplePeriodMs,
    ingestDelayMs: reading.ingestDelayMs,
    ...summariseReading(reading, window),
  };
}

function monitoredOf(
  { metrics }: MetricsReading,
  id: MetricId,
  isOf: (series: DeltaSeries) => boolean,
): Monitored {
  const metric = metrics.find((one) => one.id === id);
  if (metric === undefined) return { metric: null, series: [], remarks: [], spoiled: null };
  const spoiling = metric.remarks.filter(({ spoils }) => spoils).map(({ text }) => text);
  return {
    metric: metric.type,
    series: metric.series.filter(isOf),
    remarks: metric.remarks.filter(({ spoils }) => !spoils).map(({ text }) => text),
    spoiled: spoiling.length === 0 ? null : spoiling.join("; "),
  };
}
