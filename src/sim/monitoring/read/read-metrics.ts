import { metricType, type MetricId } from "../catalogue/firestore-metrics.ts";
import type { DeltaSeries, Remark } from "../series/metric-series.ts";
import { readSeries } from "../series/read-series.ts";
import { assembleSeries, totalOf } from "../series/to-deltas.ts";
import { DESCRIPTORS_FILTER, knownMetrics, type KnownMetric } from "./known-metrics.ts";
import type { MetricReader } from "./metric-reader.ts";
import { allPages, type Patience } from "./patient-pages.ts";

/** What a metric says of a stretch of time. */
interface MetricReading {
  readonly id: MetricId;
  /** The metric that was read: the wanted one, or what stands in for it. */
  readonly type: string;
  readonly series: readonly DeltaSeries[];
  readonly remarks: readonly Remark[];
}

export interface MetricsReading {
  readonly project: string;
  readonly database: string;
  /** Asked for points from and to; ends of points lie between. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly samplePeriodMs: number;
  readonly ingestDelayMs: number;
  readonly metrics: readonly MetricReading[];
  readonly missing: readonly MetricId[];
  /** How long was waited for points to be there. */
  readonly waitedMs: number;
  /** Whether two readings, one sampling period apart, came to the same. */
  readonly settled: boolean;
}

export interface MetricsQuestion {
  readonly project: string;
  readonly database: string;
  readonly wanted: readonly MetricId[];
  /** Points that end after this. */
  readonly fromMs: number;
  /** What happened until then is to be in them. */
  readonly untilMs: number;
  /** Waits until they must be there, and reads until they no longer change. */
  readonly isPatient: boolean;
}

/** Readings, one sampling period apart, that may differ before it is left at that. */
const MOST_READINGS = 5;

/**
 * Reads metrics of a project. A sample that holds a moment ends a sampling period later at most, and
 * can be seen an ingest delay after that: a patient reader waits for so long. Points that come later
 * still are found by reading again until nothing changes.
 */
export async function readMetrics(
  reader: MetricReader,
  question: MetricsQuestion,
  patience: Patience,
  onWait: (leftMs: number, totalMs: number) => void = () => undefined,
): Promise<MetricsReading> {
  const { clock, signal } = patience;
  const startedMs = clock.monotonicMs();
  const pages = await allPages(patience, (token) => reader.descriptors(DESCRIPTORS_FILTER, token));
  const known = knownMetrics(
    pages.flatMap(({ descriptors }) => descriptors),
    question.wanted,
  );
  const { samplePeriodMs, ingestDelayMs } = known;
  const readyMs = question.untilMs + samplePeriodMs + ingestDelayMs;
  // What is so long past has come to rest.
  const isOld = clock.wallMs() > readyMs + MOST_READINGS * samplePeriodMs;
  if (question.isPatient && known.metrics.length > 0) await waitUntil(patience, readyMs, onWait);
  let metrics = await readAll(reader, question, known.metrics, patience);
  let settled = !question.isPatient || isOld;
  for (let reading = 1; !settled && reading < MOST_READINGS; reading += 1) {
    if (known.metrics.length > 0) await clock.sleep(samplePeriodMs, signal);
    const again = await readAll(reader, question, known.metrics, patience);
    settled = sumOf(again, question.untilMs) === sumOf(metrics, question.untilMs);
    metrics = again;
  }
  return {
    project: question.project,
    database: question.database,
    fromMs: question.fromMs,
    toMs: clock.wallMs(),
    samplePeriodMs,
    ingestDelayMs,
    metrics,
    missing: known.missing,
    waitedMs: clock.monotonicMs() - startedMs,
    settled,
  };
}

/** How often a wait is told of. */
const TELL_EVERY_MS = 1000;

async function waitUntil(
  { clock, signal }: Patience,
  atMs: number,
  onWait: (leftMs: number, totalMs: number) => void,
): Promise<void> {
  const totalMs = atMs - clock.wallMs();
  for (let leftMs = totalMs; leftMs > 0; leftMs = atMs - clock.wallMs()) {
    onWait(leftMs, totalMs);
    await clock.sleep(Math.min(leftMs, TELL_EVERY_MS), signal);
  }
  if (totalMs > 0) onWait(0, totalMs);
}

async function readAll(
  reader: MetricReader,
  question: MetricsQuestion,
  metrics: readonly KnownMetric[],
  patience: Patience,
): Promise<readonly MetricReading[]> {
  const readings: MetricReading[] = [];
  // One after another: the quota is of requests a minute, and nobody waits for these.
  for (const metric of metrics) {
    readings.push(await readOne(reader, question, metric, patience));
  }
  return readings;
}

async function readOne(
  reader: MetricReader,
  { database, fromMs }: MetricsQuestion,
  { id, spec }: KnownMetric,
  patience: Patience,
): Promise<MetricReading> {
  const type = metricType(spec);
  const terms = [`metric.type = "${type}"`, `resource.type = "${spec.resourceType}"`];
  if (spec.resourceType === "firestore.googleapis.com/Database") {
    terms.push(`resource.labels.database_id = "${database}"`);
  }
  const toMs = patience.clock.wallMs();
  const filter = terms.join(" AND ");
  const pages = await allPages(patience, (token) => reader.series({ filter, fromMs, toMs }, token));
  const read = readSeries(
    spec,
    pages.flatMap(({ series }) => series),
    database,
  );
  const assembled = assembleSeries(read.parts);
  const incomplete = pages
    .flatMap(({ executionErrors }) => executionErrors)
    .map((reason): Remark => ({ text: `the answer is incomplete: ${reason}`, spoils: true }));
  const standIn: readonly Remark[] =
    spec.id === id
      ? []
      : [
          {
            text: `read from ${type}, which counts all databases of the project together`,
            spoils: false,
          },
        ];
  return {
    id,
    type,
    series: assembled.series,
    remarks: [...standIn, ...read.remarks, ...assembled.remarks, ...incomplete],
  };
}

/** Everything that was told of the time asked about; what goes on afterwards may grow. */
function sumOf(metrics: readonly MetricReading[], untilMs: number): number {
  const deltas = metrics.flatMap(({ series }) => series).flatMap((series) => series.deltas);
  return totalOf(deltas.filter(({ startMs }) => startMs <= untilMs));
}
