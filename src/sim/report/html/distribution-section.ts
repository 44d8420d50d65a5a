import { formatCount, formatLatency } from "../format-figures.ts";
import type { Check, HistogramSummary, Result } from "../result.ts";
import { dataTable, type DataColumn } from "./data-table.ts";
import { markup, type Content, type Markup } from "./markup.ts";
import { lineSample, LINES_MAX, percentileChart, type ChartLine } from "./percentile-chart.ts";

/** Checks whose bound belongs on a metric's chart. */
const BOUND_CHECKS: ReadonlyMap<string, string> = new Map([
  ["pnl-commit", "benchmark.pnl-latency"],
  ["pnl-listener", "benchmark.pnl-listener"],
  ["query", "benchmark.query-latency"],
  ["onboarding", "benchmark.onboarding"],
]);

/** How all latencies were spread: a chart for each metric, a curve for each phase, and the table. */
export function distributionSection({ histograms, checks }: Result): Markup {
  return markup`<section id="distributions" aria-labelledby="distributions-title">
    <h2 id="distributions-title">Latency distributions</h2>
    ${
      histograms.length === 0
        ? markup`<p class="empty">No latency was measured.</p>`
        : distributions(histograms, checks)
    }
  </section>`;
}

function distributions(histograms: readonly HistogramSummary[], checks: readonly Check[]): Markup {
  const sampled = histograms.filter(({ count }) => count > 0);
  const metrics = [...new Set(sampled.map(({ metric }) => metric))];
  return markup`<p class="aside">
      Each curve tells how many of the samples took how long or less. The scale stretches towards
      100%, so that the slowest few can be seen.
    </p>
    <div class="charts">${metrics.map((metric) => metricChart(metric, sampled, checks))}</div>
    ${dataTable("Latency percentiles", COLUMNS, histograms.map(histogramCells))}`;
}

function metricChart(
  metric: string,
  histograms: readonly HistogramSummary[],
  checks: readonly Check[],
): Markup {
  const lines: readonly ChartLine[] = histograms
    .filter((histogram) => histogram.metric === metric)
    .map((histogram) => ({ label: phaseName(histogram), histogram }));
  const left = lines.length - LINES_MAX;
  return markup`<figure class="chart">
    <figcaption>
      <strong>${metric}</strong> <span class="aside">${lines[0]?.histogram.describes ?? ""}</span>
    </figcaption>
    ${percentileChart(`Latency by percentile: ${metric}`, lines, boundFor(metric, checks))}
    <ul>
      ${lines.slice(0, LINES_MAX).map(
        ({ label, histogram }, index) =>
          markup`<li>
            ${lineSample(index)}${label}
            <span class="aside">
              p99 ${formatLatency(histogram.p99)}, ${formatCount(histogram.count)} samples
            </span>
          </li>`,
      )}${left > 0 ? markup`<li class="aside">and ${left} more in the table below</li>` : null}
    </ul>
  </figure>`;
}

function phaseName({ phase }: HistogramSummary): string {
  return phase ?? "provisioning";
}

function boundFor(metric: string, checks: readonly Check[]): number | null {
  const checkId = BOUND_CHECKS.get(metric);
  const check = checks.find(({ id, unit }) => id === checkId && unit === "ms");
  return check?.bound ?? null;
}

const COLUMNS: readonly DataColumn[] = [
  { title: "Metric" },
  { title: "Phase" },
  ...["Samples", "min", "mean", "p50", "p90", "p95", "p99", "p99.9", "max"].map((title) => ({
    title,
    align: "right" as const,
  })),
];

function histogramCells(histogram: HistogramSummary): readonly Content[] {
  const { count, min, mean, p50, p90, p95, p99, p999, max } = histogram;
  return [
    histogram.metric,
    phaseName(histogram),
    formatCount(count),
    ...[min, mean, p50, p90, p95, p99, p999, max].map((latencyMs) =>
      formatLatency(count === 0 ? null : latencyMs),
    ),
  ];
}
