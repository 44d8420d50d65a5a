import { formatCount, formatLatency } from "../format-figures.ts";
import type { MonitoringEvidence } from "../monitoring-evidence.ts";
import { monitoringInWords, seenLatencies } from "../monitoring-words.ts";
import type { Result } from "../result.ts";
import { dataTable, type DataColumn } from "./data-table.ts";
import { markup, type Markup } from "./markup.ts";

/** What Cloud Monitoring counted and measured beside the run; null where nobody asked it. */
export function monitoringSection(result: Result): Markup | null {
  const { monitoring } = result;
  if (monitoring === undefined) return null;
  return markup`<section id="monitoring" aria-labelledby="monitoring-title">
    <h2 id="monitoring-title">Cloud Monitoring</h2>
    <p>${monitoringInWords(monitoring)}</p>
    ${monitoring.unreadable === null ? tables(result, monitoring) : null}
  </section>`;
}

const right = (title: string): DataColumn => ({ title, align: "right" });

const LATENCY_COLUMNS: readonly DataColumn[] = [
  { title: "Request" },
  { title: "Seen by" },
  ...["Count", "Mean", "p50", "p95", "p99", "p99 lies in"].map(right),
];

function tables(result: Result, { requests, rules }: MonitoringEvidence): Markup {
  const latencies = seenLatencies(result).map((one) => [
    one.what,
    one.seenBy,
    formatCount(one.count),
    ...[one.meanMs, one.p50Ms, one.p95Ms, one.p99Ms].map(formatLatency),
    one.p99Within,
  ]);
  const asked = requests.map(({ method, code, count }) => [method, code, formatCount(count)]);
  const evaluated = rules.map(({ result: outcome, count }) => [
    "security rules",
    outcome,
    formatCount(count),
  ]);
  return markup`<h3>Latency at the server and as the run saw it</h3>
    ${
      latencies.length === 0
        ? markup`<p class="empty">No latency was monitored.</p>`
        : dataTable("Latency by request", LATENCY_COLUMNS, latencies)
    }
    <h3>Requests by answer</h3>
    ${dataTable(
      "Requests by answer",
      [{ title: "Request" }, { title: "Answer" }, right("Count")],
      [...asked, ...evaluated],
    )}`;
}
