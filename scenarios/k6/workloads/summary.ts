import { sleep } from "k6";
import http from "k6/http";
import { plannedArrivals } from "../../../src/sim/k6/workloads/rate-stages.ts";
import type { K6Counts } from "../../../src/sim/k6/collect/counts-file.ts";
import { countsOf, IS_COLLECTED, type SummaryMetrics } from "./counts.ts";
import { segment, type OpenWorkload } from "./open-workload.ts";

export interface SummaryData {
  readonly metrics: SummaryMetrics;
  readonly state: { readonly testRunDurationMs: number };
}

/**
 * What is left of a run: a table on the terminal, all of it as JSON where PLIMSOLL_SUMMARY says, and
 * the counts to whoever collects the segments of a divided load.
 */
export function summarize(opened: OpenWorkload, data: SummaryData): Record<string, string> {
  const files: Record<string, string> = { stdout: table(opened, data) };
  const file = __ENV["PLIMSOLL_SUMMARY"] ?? "";
  if (file !== "") files[file] = `${JSON.stringify({ workload: opened.name, ...data })}\n`;
  if (IS_COLLECTED) files["stdout"] += send(opened, data);
  return files;
}

/** k6 ends with 0 whatever happens here; a segment that is missing fails at the collector. */
const TRIES = 5;

function send(opened: OpenWorkload, data: SummaryData): string {
  const url = __ENV["PLIMSOLL_COLLECT"] ?? "";
  const body = JSON.stringify(counts(opened, data));
  let said = "";
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const answer = http.post(url, body, {
      headers: { "content-type": "application/json" },
      tags: { name: "collect" },
      timeout: "10s",
      responseType: "text",
    });
    if (answer.status === 200) return `  counts sent to ${url}\n`;
    said = answer.status === 0 ? answer.error : `${answer.status} ${JSON.stringify(answer.body)}`;
    // What it refuses once it would refuse again.
    if (answer.status >= 400 && answer.status < 500) break;
    sleep(attempt);
  }
  return `  THE COUNTS COULD NOT BE SENT to ${url}: ${said}\n`;
}

function counts({ name, workload }: OpenWorkload, { metrics, state }: SummaryData): K6Counts {
  const of = (metric: string): number => metrics[metric]?.values["count"] ?? 0;
  return {
    format: "plimsoll-k6-counts/1",
    run: __ENV["PLIMSOLL_RUN"] ?? "",
    workload: name,
    segment: segment(),
    durationMs: state.testRunDurationMs,
    iterations: of("iterations"),
    dropped: of("dropped_iterations"),
    faults: of("plimsoll_faults"),
    late: metrics["plimsoll_late"]?.values["passes"] ?? 0,
    worstLatenessMs: metrics["plimsoll_lateness"]?.values["max"] ?? 0,
    operations: workload.operations.map(({ name: operation, stages }) => ({
      name: operation,
      planned: plannedArrivals(stages),
      ...countsOf(metrics, operation),
    })),
  };
}

function table({ name, workload }: OpenWorkload, { metrics }: SummaryData): string {
  const rows = workload.operations.map(({ name: operation, stages }) => {
    const { values = {} } = metrics[`plimsoll_latency{operation:${operation}}`] ?? {};
    const share = metrics[`plimsoll_failed{operation:${operation}}`]?.values["rate"] ?? 0;
    const ms = (stat: string): string => `${Math.round(values[stat] ?? 0)} ms`;
    return [
      operation,
      `${values["count"] ?? 0} of ${plannedArrivals(stages)}`,
      `${(share * 100).toFixed(1)}%`,
      ms("med"),
      ms("p(95)"),
      ms("p(99)"),
      ms("max"),
    ];
  });
  const titles = ["operation", "done", "failed", "p50", "p95", "p99", "max"];
  const broken = missed(metrics).map((text) => `  MISSED ${text}\n`);
  return [
    `\n${name}: ${workload.summary} Latency from the intended start.\n`,
    ...[titles, ...rows].map(
      (row) =>
        `  ${row
          .map((cell) => cell.padEnd(17))
          .join("")
          .trimEnd()}\n`,
    ),
    ...(broken.length === 0 ? ["  every threshold was kept\n"] : broken),
  ].join("");
}

function missed(metrics: SummaryMetrics): readonly string[] {
  return Object.entries(metrics).flatMap(([metric, seen]) =>
    Object.entries(seen?.thresholds ?? {})
      .filter(([, { ok }]) => !ok)
      .map(([expression]) => `${metric}: ${expression}`),
  );
}
