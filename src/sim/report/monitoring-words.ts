import { formatDuration, formatLatency } from "./format-figures.ts";
import type { MonitoringEvidence } from "./monitoring-evidence.ts";
import type { Result } from "./result.ts";

/** What was read of Cloud Monitoring, in a sentence or two. */
export function monitoringInWords(evidence: MonitoringEvidence): string {
  const { project, database, window, waitedMs, samplePeriodMs, unreadable } = evidence;
  if (unreadable !== null) {
    return `Cloud Monitoring of ${project} could not be read: ${unreadable}`;
  }
  return (
    `Cloud Monitoring of ${project}, database ${database}, from ${window.from} to ${window.to} in samples of ${formatDuration(samplePeriodMs)}; ` +
    `the run waited ${formatDuration(waitedMs)} for them. Its latencies are those at the server, without the way there and back, and of requests that do not stream; the run's own are from the same requests or what they are part of.`
  );
}

/** A latency by who saw it. */
export interface SeenLatency {
  readonly what: string;
  readonly seenBy: "Cloud Monitoring" | "the run";
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** For Monitoring's, the bucket of the p99: "12.3 ms to 14.8 ms"; empty for the run's. */
  readonly p99Within: string;
}

/** What a run itself measures of the requests of a method. */
const OWN_METRICS: Readonly<Record<string, readonly string[]>> = {
  Commit: ["commit-call", "client.ledger-create"],
};

/** By method: Monitoring's latency, and below it the run's own of the same requests. */
export function seenLatencies({ histograms, monitoring }: Result): readonly SeenLatency[] {
  return (monitoring?.latencies ?? []).flatMap((latency): readonly SeenLatency[] => {
    const { method, p99WithinMs, ...figures } = latency;
    const [lower, upper] = p99WithinMs;
    const within =
      upper === null
        ? `over ${formatLatency(lower)}`
        : `${formatLatency(lower)} to ${formatLatency(upper)}`;
    const own = (OWN_METRICS[method] ?? []).flatMap((metric) =>
      histograms.filter((one) => one.metric === metric && one.count > 0),
    );
    return [
      { what: method, seenBy: "Cloud Monitoring", ...figures, p99Within: within },
      ...own.map((one): SeenLatency => ({
        what: one.phase === null ? one.metric : `${one.metric}, ${one.phase}`,
        seenBy: "the run",
        count: one.count,
        meanMs: one.mean,
        p50Ms: one.p50,
        p95Ms: one.p95,
        p99Ms: one.p99,
        p99Within: "",
      })),
    ];
  });
}
