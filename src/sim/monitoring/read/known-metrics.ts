import {
  INGEST_DELAY_MS,
  METRIC_PREFIX,
  metricSpec,
  metricType,
  SAMPLE_PERIOD_MS,
  type MetricId,
  type MetricSpec,
} from "../catalogue/firestore-metrics.ts";
import type { WireDescriptor } from "../wire-types.ts";

/** What is read, and what stands in where a project does not have it: without a database, then. */
const WANTED: readonly (readonly [MetricId, MetricId | undefined])[] = [
  ["writes", "writes-legacy"],
  ["reads", "reads-legacy"],
  ["deletes", "deletes-legacy"],
  ["requests", undefined],
  ["latencies", undefined],
  ["rules", undefined],
];

/** A metric to be read as one of the wanted ones. */
export interface KnownMetric {
  readonly id: MetricId;
  readonly spec: MetricSpec;
}

export interface KnownMetrics {
  readonly metrics: readonly KnownMetric[];
  /** Wanted ones that the project does not have. */
  readonly missing: readonly MetricId[];
  /** Of all that are read, the longest. */
  readonly samplePeriodMs: number;
  readonly ingestDelayMs: number;
}

export const DESCRIPTORS_FILTER = `metric.type = starts_with("${METRIC_PREFIX}")`;

/** Which metrics a project has, and how coarse and how late they are, by their own descriptors. */
export function knownMetrics(
  descriptors: readonly WireDescriptor[],
  wanted: readonly MetricId[],
): KnownMetrics {
  const byType = new Map(descriptors.map((descriptor) => [descriptor.type ?? "", descriptor]));
  const metrics: KnownMetric[] = [];
  const missing: MetricId[] = [];
  const periods: number[] = [];
  const delays: number[] = [];
  for (const [id, standIn] of WANTED) {
    if (!wanted.includes(id)) continue;
    const spec = [id, standIn]
      .flatMap((one) => (one === undefined ? [] : [metricSpec(one)]))
      .find((one) => byType.has(metricType(one)));
    if (spec === undefined) {
      missing.push(id);
      continue;
    }
    metrics.push({ id, spec });
    const metadata = byType.get(metricType(spec))?.metadata;
    periods.push(durationMs(metadata?.samplePeriod) ?? SAMPLE_PERIOD_MS);
    delays.push(durationMs(metadata?.ingestDelay) ?? INGEST_DELAY_MS);
  }
  return {
    metrics,
    missing,
    samplePeriodMs: periods.length === 0 ? SAMPLE_PERIOD_MS : Math.max(...periods),
    ingestDelayMs: delays.length === 0 ? INGEST_DELAY_MS : Math.max(...delays),
  };
}

interface WireDuration {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}

/** undefined where there is none, or none that could be meant. */
function durationMs(duration: WireDuration | null | undefined): number | undefined {
  if (duration === null || duration === undefined) return undefined;
  const ms = Number(duration.seconds ?? 0) * 1000 + (duration.nanos ?? 0) / 1e6;
  return Number.isFinite(ms) && ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}

/** No Firestore metric is sampled more rarely, or told later, than half an hour. */
const LONGEST_MS = 30 * 60_000;
