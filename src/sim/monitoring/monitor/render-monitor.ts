import { stringify } from "csv-stringify/sync";
import { formatTable } from "../../cli/table.ts";
import { formatCount, formatMs } from "../../verify/check.ts";
import type { MonitorFormat } from "./monitor-options.ts";
import type { MonitorReport } from "./monitor-report.ts";

export function renderMonitor(report: MonitorReport, format: MonitorFormat): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
    case "csv":
      return renderCsv(report);
    case "text":
      return renderText(report);
  }
}

/** A row for each sample of each series. */
function renderCsv({ series }: MonitorReport): string {
  const rows = series.flatMap(({ metric, type, labels, samples }) =>
    samples.map(({ from, to, count }) => ({
      from,
      to,
      metric,
      type,
      labels: Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(" "),
      count,
    })),
  );
  return stringify(rows, {
    header: true,
    columns: ["from", "to", "metric", "type", "labels", "count"],
    escape_formulas: true,
  });
}

function renderText(report: MonitorReport): string {
  const { evidence } = report;
  const { from, to } = evidence.window;
  const parts = [
    `Cloud Monitoring of ${evidence.project}, database ${evidence.database}\n${from} to ${to}, in whole samples of ${evidence.samplePeriodMs / 1000} s; what is younger than ${evidence.ingestDelayMs / 1000} s may be missing.\n`,
    totals(report),
    requests(report),
    latencies(report),
    comparison(report),
    remarks(report),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

const COUNTED = ["writes", "reads", "deletes", "rules"] as const;

function totals({ series }: MonitorReport): string {
  const rows = COUNTED.flatMap((metric) => {
    const own = series.filter((one) => one.metric === metric);
    if (own.length === 0) return [];
    const total = own.reduce((sum, { count }) => sum + count, 0);
    const parts = own
      .map(({ labels, count }) => [labelText(metric, labels), formatCount(count)] as const)
      .filter(([label]) => label !== "");
    const split = parts.map(([label, count]) => `${label} ${count}`).join(", ");
    return [[metric === "rules" ? "rule evaluations" : metric, formatCount(total), split]];
  });
  if (rows.length === 0) {
    return "No points. Nothing happened in this time, or Monitoring has not heard of it yet.\n";
  }
  return formatTable([["Documents", "Count", "Of these"], ...rows]);
}

function labelText(metric: (typeof COUNTED)[number], labels: Readonly<Record<string, string>>) {
  const name = metric === "rules" ? "result" : metric === "writes" ? "op" : "type";
  return labels[name] ?? "";
}

function requests({ evidence }: MonitorReport): string {
  if (evidence.requests.length === 0) return "";
  const rows = evidence.requests.map(({ method, code, count }) => [
    method,
    code,
    formatCount(count),
  ]);
  return formatTable([["Requests", "Answered", "Count"], ...rows]);
}

function latencies({ evidence }: MonitorReport): string {
  if (evidence.latencies.length === 0) return "";
  const rows = evidence.latencies.map((one) => [
    one.method,
    formatCount(one.count),
    formatMs(one.meanMs),
    formatMs(one.p50Ms),
    formatMs(one.p95Ms),
    formatMs(one.p99Ms),
    bucketText(one.p99WithinMs),
  ]);
  const titles = ["Latency at the server", "Count", "mean", "p50", "p95", "p99", "p99 lies in"];
  return formatTable([titles, ...rows]);
}

function bucketText([lower, upper]: readonly [number, number | null]): string {
  return upper === null ? `over ${formatMs(lower)}` : `${formatMs(lower)} to ${formatMs(upper)}`;
}

function comparison({ run, checks, verdict }: MonitorReport): string {
  if (run === null) return "";
  const rows = checks.map((check) => [check.verdict.toUpperCase(), check.title, check.figure]);
  const details = checks.map(({ title, detail }) => `  ${title}: ${detail}`).join("\n");
  return `Beside ${run}: ${verdict.toUpperCase()}\n${formatTable([["Verdict", "Row", "Figure"], ...rows])}${details}\n`;
}

function remarks({ remarks: all }: MonitorReport): string {
  return all.length === 0 ? "" : `Remarks:\n${all.map((text) => `  ${text}`).join("\n")}\n`;
}
