import { formatCount, formatDuration, formatRate } from "../format-figures.ts";
import type { Phase } from "../result.ts";
import { dataTable, shareFigure, type DataColumn } from "./data-table.ts";
import { markup, type Content, type Markup } from "./markup.ts";

const COLUMNS: readonly DataColumn[] = [
  { title: "Phase" },
  { title: "Offered", align: "right" },
  { title: "Achieved", align: "right" },
  { title: "Share achieved" },
  { title: "Writes due", align: "right" },
  { title: "Committed", align: "right" },
  { title: "Worst second", align: "right" },
  { title: "Worst document", align: "right" },
];

/** Writes that fell due against writes that were committed, phase by phase. */
export function throughputSection(phases: readonly Phase[]): Markup {
  return markup`<section id="throughput" aria-labelledby="throughput-title">
    <h2 id="throughput-title">Write throughput: offered and achieved</h2>
    ${phases.length === 0 ? markup`<p class="empty">No phase was run.</p>` : phaseTable(phases)}
    ${worstDocument(phases)}
  </section>`;
}

function phaseTable(phases: readonly Phase[]): Markup {
  return dataTable("Write throughput by phase", COLUMNS, phases.map(phaseCells));
}

function phaseCells(phase: Phase): readonly Content[] {
  const share = phase.writesOffered === 0 ? null : phase.writesCommitted / phase.writesOffered;
  return [
    markup`${phase.name} <span class="aside">${formatDuration(phase.durationMs)}</span>`,
    formatRate(phase.offeredPerSecond),
    formatRate(phase.committedPerSecond),
    share === null ? "nothing was due" : shareFigure(share),
    formatCount(phase.writesOffered),
    formatCount(phase.writesCommitted),
    `${formatCount(phase.worstSecond.writes)} writes at ${formatCount(phase.worstSecond.atSecond)} s`,
    `${formatCount(phase.worstDocument.writesInOneSecond)}/s`,
  ];
}

/** The document written most often within one second, over all phases. */
function worstDocument(phases: readonly Phase[]): Markup | null {
  const worst = [...phases].sort(
    (left, right) => right.worstDocument.writesInOneSecond - left.worstDocument.writesInOneSecond,
  )[0];
  if (worst === undefined || worst.worstDocument.writesInOneSecond === 0) return null;
  const { path, writesInOneSecond } = worst.worstDocument;
  return markup`<p class="aside">
    Most written document: <span class="code">${path}</span>, ${formatCount(writesInOneSecond)} in
    one second of ${worst.name}.
  </p>`;
}
