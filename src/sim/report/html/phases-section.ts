import {
  formatCount,
  formatDuration,
  formatLatency,
  formatRate,
  NO_FIGURE,
} from "../format-figures.ts";
import type { Phase } from "../result.ts";
import { dataTable, type DataColumn } from "./data-table.ts";
import { markup, type Content, type Markup } from "./markup.ts";

/** The figures of a phase that no other section shows, in the order of the columns. */
const FIGURES: readonly (readonly [title: string, figure: (phase: Phase) => string])[] = [
  ["Duration", (phase) => formatDuration(phase.durationMs)],
  ["Users", (phase) => formatCount(phase.users)],
  ["Open trades", (phase) => formatCount(phase.openTrades)],
  ["Sweeps", (phase) => formatCount(phase.sweeps)],
  ["Overlapping", (phase) => formatCount(phase.overlappingSweeps)],
  ["Users swept", (phase) => formatCount(phase.usersSwept)],
  ["Failed", (phase) => formatCount(phase.usersFailed)],
  ["Not committed", (phase) => shown(phase.pnlUnfinished, formatCount)],
  ["Stale reads", (phase) => shown(phase.staleReads, formatCount)],
  ["Retried commits", (phase) => formatCount(phase.retriedCommits)],
  ["Aborted", (phase) => formatCount(phase.abortedCommits)],
  ["Client operations", (phase) => formatCount(phase.clientOperations)],
  ["Clients would start", (phase) => shown(phase.clientsAskedPerSecond, formatRate)],
  ["Clients started", (phase) => shown(phase.clientsStartedPerSecond, formatRate)],
  ["Errors", (phase) => formatCount(phase.clientErrors)],
  ["Late starts", (phase) => formatCount(phase.lateArrivals)],
  ["Worst lateness", (phase) => formatLatency(phase.worstLatenessMs)],
  ["Late wakes", (phase) => shown(phase.lateWakes, formatCount)],
];

/** Older results do not have every figure. */
function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? NO_FIGURE : format(value);
}

const COLUMNS: readonly DataColumn[] = [
  { title: "Phase" },
  ...FIGURES.map(([title]) => ({ title, align: "right" as const })),
];

export function phasesSection(phases: readonly Phase[]): Markup {
  return markup`<section id="phases" aria-labelledby="phases-title">
    <h2 id="phases-title">Phases</h2>
    ${phases.length === 0 ? markup`<p class="empty">No phase was run.</p>` : phaseTable(phases)}
  </section>`;
}

function phaseTable(phases: readonly Phase[]): Markup {
  return markup`${dataTable("Phases", COLUMNS, phases.map(phaseCells))}
    <dl class="notes">${phases.map(phaseNote)}</dl>`;
}

function phaseNote({ name, summary }: Phase): Markup {
  return markup`<dt>${name}</dt>
    <dd>${summary}</dd>`;
}

function phaseCells(phase: Phase): readonly Content[] {
  return [phase.name, ...FIGURES.map(([, figure]) => figure(phase))];
}
