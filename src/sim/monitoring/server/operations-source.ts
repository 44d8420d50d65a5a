import type { Clock } from "../../../std/clock.ts";
import type { StatusCode } from "../../../firestore/data/status.ts";
import {
  FIRESTORE_METRICS,
  INGEST_DELAY_MS,
  metricSpec,
  metricType,
  SAMPLE_PERIOD_MS,
  type MetricId,
  type MetricSpec,
} from "../catalogue/firestore-metrics.ts";
import { toWireTime, type WireDescriptor, type WireSeries } from "../wire-types.ts";
import { LatencySample } from "./latency-sample.ts";
import type { MonitoringSource } from "./monitoring-source.ts";

export interface OperationsSourceOptions {
  readonly project: string;
  readonly database?: string;
  readonly location?: string;
  readonly samplePeriodMs?: number;
  readonly ingestDelayMs?: number;
}

/** A request as the front end has answered it. */
export interface ServedRequest {
  /** The RPC: "Commit", "RunQuery". */
  readonly method: string;
  readonly code: StatusCode;
  readonly latencyMs: number;
}

/** What one sampling period of a series comes to. */
type Sample = { count: number } | LatencySample;

interface CountedSeries {
  readonly spec: MetricSpec;
  readonly labels: Readonly<Record<string, string>>;
  /** By the number of the sampling period since 1970; in order of time. */
  readonly samples: Map<number, Sample>;
}

/** Of a series; a day of seconds, or two months of minutes. */
const MOST_SAMPLES = 86_400;

/** "Non-streaming" requests alone have latencies in Monitoring; these stream their answers. */
const STREAMING = new Set([
  "BatchGetDocuments",
  "RunQuery",
  "RunAggregationQuery",
  "Listen",
  "Write",
]);

/**
 * Firestore's metrics of a project, from operations that are told one by one as they happen: each
 * sampling period makes a point a series, which can be seen from the ingest delay on.
 */
export class OperationsSource implements MonitoringSource {
  readonly project: string;
  readonly #clock: Clock;
  readonly #database: string;
  readonly #location: string;
  readonly #samplePeriodMs: number;
  readonly #ingestDelayMs: number;
  readonly #series = new Map<string, CountedSeries>();

  constructor(clock: Clock, options: OperationsSourceOptions) {
    this.project = options.project;
    this.#clock = clock;
    this.#database = options.database ?? "(default)";
    this.#location = options.location ?? "us-central1";
    this.#samplePeriodMs = options.samplePeriodMs ?? SAMPLE_PERIOD_MS;
    this.#ingestDelayMs = options.ingestDelayMs ?? INGEST_DELAY_MS;
  }

  request({ method, code, latencyMs }: ServedRequest): void {
    // The two metrics spell the code differently (see the official list).
    const counted = code === "OK" ? "success" : code.toLowerCase();
    this.#count("requests", { api_method: method, response_code: counted }, 1);
    if (STREAMING.has(method)) return;
    const labels = {
      service: "firestore.googleapis.com",
      api_method: method,
      response_code: code,
    };
    const sample = this.#sample("latencies", labels, () => new LatencySample());
    if (sample instanceof LatencySample) sample.record(latencyMs / 1000);
  }

  reads(type: "LOOKUP" | "QUERY", count: number): void {
    this.#count("reads", { type }, count);
    this.#count("reads-legacy", { module: "__unknown__", version: "__unknown__", type }, count);
  }

  writes(op: "CREATE" | "UPDATE", count: number): void {
    this.#count("writes", { op }, count);
    this.#count("writes-legacy", { module: "__unknown__", version: "__unknown__", op }, count);
  }

  deletes(count: number): void {
    this.#count("deletes", {}, count);
    this.#count("deletes-legacy", { module: "__unknown__", version: "__unknown__" }, count);
  }

  rules(result: "ALLOW" | "DENY" | "ERROR", count: number): void {
    this.#count("rules", { result }, count);
  }

  descriptors(): readonly WireDescriptor[] {
    return FIRESTORE_METRICS.map((spec) => ({
      name: `projects/${this.project}/metricDescriptors/${metricType(spec)}`,
      type: metricType(spec),
      metricKind: "DELTA",
      valueType: spec.valueType,
      unit: spec.unit,
      description: spec.describes,
      labels: spec.labels.map((key) => ({ key, valueType: "STRING" })),
      metadata: {
        samplePeriod: toWireTime(this.#samplePeriodMs),
        ingestDelay: toWireTime(this.#ingestDelayMs),
      },
      monitoredResourceTypes: [spec.resourceType],
    }));
  }

  series(type: string): readonly WireSeries[] {
    const seenUntilMs = this.#clock.wallMs() - this.#ingestDelayMs;
    return [...this.#series.values()]
      .filter(({ spec }) => metricType(spec) === type)
      .map(({ spec, labels, samples }) => ({
        metric: { type, labels },
        resource: { type: spec.resourceType, labels: this.#resourceLabels(spec) },
        metricKind: "DELTA",
        valueType: spec.valueType,
        unit: spec.unit,
        points: [...samples]
          .filter(([number]) => (number + 1) * this.#samplePeriodMs <= seenUntilMs)
          .map(([number, sample]) => ({
            interval: {
              startTime: toWireTime(number * this.#samplePeriodMs),
              endTime: toWireTime((number + 1) * this.#samplePeriodMs),
            },
            value:
              sample instanceof LatencySample
                ? { distributionValue: sample.toWire() }
                : { int64Value: sample.count },
          })),
      }));
  }

  #resourceLabels({ resourceType }: MetricSpec): Record<string, string> {
    if (resourceType === "firestore_instance") return { project_id: this.project };
    return {
      resource_container: this.project,
      location: this.#location,
      database_id: this.#database,
    };
  }

  #count(id: MetricId, labels: Readonly<Record<string, string>>, count: number): void {
    if (count === 0) return;
    const sample = this.#sample(id, labels, () => ({ count: 0 }));
    if (!(sample instanceof LatencySample)) sample.count += count;
  }

  #sample(id: MetricId, labels: Readonly<Record<string, string>>, create: () => Sample): Sample {
    const key = JSON.stringify([id, labels]);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { spec: metricSpec(id), labels, samples: new Map() };
      this.#series.set(key, series);
    }
    const number = Math.floor(this.#clock.wallMs() / this.#samplePeriodMs);
    let sample = series.samples.get(number);
    if (sample === undefined) {
      sample = create();
      series.samples.set(number, sample);
      const [oldest] = series.samples.keys();
      if (series.samples.size > MOST_SAMPLES && oldest !== undefined) {
        series.samples.delete(oldest);
      }
    }
    return sample;
  }
}
