/**
 * Firestore's metrics in Cloud Monitoring that the witness reads, as the official list has them:
 * https://docs.cloud.google.com/monitoring/api/metrics_gcp_d_h#gcp-firestore, generated 2026-04-10,
 * read 2026-11. All are DELTA. There is no metric of contention: it shows as the response code
 * ABORTED of `api/request_count`, as what the ramp or a quota refuses shows as RESOURCE_EXHAUSTED.
 */
export interface MetricSpec {
  readonly id: MetricId;
  /** Without the prefix "firestore.googleapis.com/". */
  readonly name: string;
  readonly valueType: "INT64" | "DISTRIBUTION";
  /** UCUM: "1" is a plain number, "s" seconds. */
  readonly unit: "1" | "s";
  readonly resourceType: ResourceType;
  readonly labels: readonly string[];
  readonly describes: string;
}

/** `writes-legacy` and its like count for the project as a whole: they know no database. */
export type MetricId =
  | "reads"
  | "writes"
  | "deletes"
  | "requests"
  | "latencies"
  | "rules"
  | "reads-legacy"
  | "writes-legacy"
  | "deletes-legacy";

type ResourceType = "firestore.googleapis.com/Database" | "firestore_instance";

export const METRIC_PREFIX = "firestore.googleapis.com/";

/** "Sampled every 60 seconds. After sampling, data is not visible for up to 240 seconds." */
export const SAMPLE_PERIOD_MS = 60_000;
export const INGEST_DELAY_MS = 240_000;

const DATABASE: ResourceType = "firestore.googleapis.com/Database";

export const FIRESTORE_METRICS: readonly MetricSpec[] = [
  {
    id: "reads",
    name: "document/read_ops_count",
    valueType: "INT64",
    unit: "1",
    resourceType: DATABASE,
    labels: ["type"],
    describes: "The number of successful document reads from queries or lookups.",
  },
  {
    id: "writes",
    name: "document/write_ops_count",
    valueType: "INT64",
    unit: "1",
    resourceType: DATABASE,
    labels: ["op"],
    describes: "The number of successful document writes.",
  },
  {
    id: "deletes",
    name: "document/delete_ops_count",
    valueType: "INT64",
    unit: "1",
    resourceType: DATABASE,
    labels: [],
    describes: "The number of successful document deletes.",
  },
  {
    id: "requests",
    name: "api/request_count",
    valueType: "INT64",
    unit: "1",
    resourceType: DATABASE,
    labels: ["api_method", "response_code"],
    describes: "Count of Firestore API calls.",
  },
  {
    id: "latencies",
    name: "api/request_latencies",
    valueType: "DISTRIBUTION",
    unit: "s",
    resourceType: DATABASE,
    labels: ["service", "api_method", "response_code"],
    describes: "Latencies of requests that do not stream, from the frontend.",
  },
  {
    id: "rules",
    name: "rules/evaluation_count",
    valueType: "INT64",
    unit: "1",
    resourceType: DATABASE,
    labels: ["request_method", "ruleset_label", "version", "module", "result"],
    describes: "The number of Security Rule evaluations.",
  },
  {
    id: "reads-legacy",
    name: "document/read_count",
    valueType: "INT64",
    unit: "1",
    resourceType: "firestore_instance",
    labels: ["module", "version", "type"],
    describes: "The number of successful document reads from queries or lookups.",
  },
  {
    id: "writes-legacy",
    name: "document/write_count",
    valueType: "INT64",
    unit: "1",
    resourceType: "firestore_instance",
    labels: ["module", "version", "op"],
    describes: "The number of successful document writes.",
  },
  {
    id: "deletes-legacy",
    name: "document/delete_count",
    valueType: "INT64",
    unit: "1",
    resourceType: "firestore_instance",
    labels: ["module", "version"],
    describes: "The number of successful document deletes.",
  },
];

/** The full type: "firestore.googleapis.com/document/write_ops_count". */
export function metricType({ name }: MetricSpec): string {
  return `${METRIC_PREFIX}${name}`;
}

export function metricSpec(id: MetricId): MetricSpec {
  const found = FIRESTORE_METRICS.find((spec) => spec.id === id);
  if (found === undefined) throw new RangeError(`no metric ${id}`);
  return found;
}
