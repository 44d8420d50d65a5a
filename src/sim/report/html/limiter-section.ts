import {
  formatCount,
  formatDuration,
  formatLatency,
  formatNumber,
  NO_FIGURE,
} from "../format-figures.ts";
import type { HistogramSummary, Phase, Result } from "../result.ts";
import { joinRecord } from "../run-facts.ts";
import { dataTable, shareFigure, type DataColumn } from "./data-table.ts";
import { markup, type Content, type Markup } from "./markup.ts";

/** What the limiter held back and why, and whether it was fair to the tenants. */
export function limiterSection(result: Result): Markup {
  const { strategy, preset, config } = result.limiter;
  return markup`<section id="limiter" aria-labelledby="limiter-title">
    <h2 id="limiter-title">Limiter and fairness</h2>
    <p>
      Strategy <strong>${strategy}</strong>, preset <strong>${preset}</strong>:
      <span class="code">${joinRecord(config)}</span>
    </p>
    <h3>Waits by reason</h3>
    ${waitTable(result.phases)}
    <h3>Fairness between tenants</h3>
    ${fairnessTable(result)}
  </section>`;
}

const WAIT_COLUMNS: readonly DataColumn[] = [
  { title: "Phase" },
  { title: "Reason" },
  { title: "Reservations", align: "right" },
  { title: "Share of the phase's waits" },
];

function waitTable(phases: readonly Phase[]): Markup {
  const rows = phases.flatMap(waitRows);
  if (rows.length === 0) return markup`<p class="empty">The limiter held nothing back.</p>`;
  return markup`${dataTable("Limiter waits by reason", WAIT_COLUMNS, rows)}
    <p class="aside">
      Time reservations were put off, summed over all of them:
      ${phases.map((phase) => `${phase.name} ${formatDuration(phase.limiterWaitMs)}`).join(", ")}.
    </p>`;
}

function waitRows(phase: Phase): readonly (readonly Content[])[] {
  const waits = Object.entries(phase.limiterWaits)
    .filter(([, count]) => count > 0)
    .sort(([, left], [, right]) => right - left);
  const total = waits.reduce((sum, [, count]) => sum + count, 0);
  return waits.map(([reason, count]) => [
    phase.name,
    reason,
    formatCount(count),
    shareFigure(count / total),
  ]);
}

const FAIRNESS_COLUMNS: readonly DataColumn[] = [
  { title: "Phase" },
  { title: "Jain's index", align: "right" },
  { title: "Worst tenant" },
  { title: "Its P&L p99", align: "right" },
  { title: "P&L p99 of all", align: "right" },
];

function fairnessTable({ phases, histograms }: Result): Markup {
  const sampled = phases.filter(({ fairness }) => fairness.jain !== null);
  if (sampled.length === 0) return markup`<p class="empty">No tenant had samples.</p>`;
  return dataTable(
    "Fairness by phase",
    FAIRNESS_COLUMNS,
    sampled.map(({ name, fairness }) => [
      name,
      fairness.jain === null ? NO_FIGURE : formatNumber(fairness.jain),
      fairness.worstTenant ?? NO_FIGURE,
      formatLatency(fairness.worstTenantP99Ms),
      formatLatency(overallP99Ms(histograms, name)),
    ]),
  );
}

function overallP99Ms(histograms: readonly HistogramSummary[], phase: string): number | null {
  const found = histograms.find((entry) => entry.metric === "pnl-commit" && entry.phase === phase);
  return found === undefined || found.count === 0 ? null : found.p99;
}
