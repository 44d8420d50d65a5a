import {
  formatCount,
  formatLatency,
  formatNumber,
  formatRate,
  NO_FIGURE,
} from "../format-figures.ts";
import { limitedPhases, limitsInWords, type LimitedPhase } from "../limits-met.ts";
import { modelInWords } from "../model-words.ts";
import type { HotSubject, Result } from "../result.ts";
import { dataTable, shareFigure, type DataColumn } from "./data-table.ts";
import { markup, type Content, type Markup } from "./markup.ts";

/** What production's limits did: refusals by cause with the remedy, and what was hottest. */
export function limitsSection(result: Result): Markup {
  const phases = limitedPhases(result);
  return markup`<section id="limits" aria-labelledby="limits-title">
    <h2 id="limits-title">Limits met</h2>
    <p>${limitsInWords(result)}</p>
    ${phases.length === 0 ? markup`<p class="empty">No phase was asked about.</p>` : tables(phases)}
    ${calibratedFold(result)} ${assumedFold(result)}
  </section>`;
}

function tables(phases: readonly LimitedPhase[]): Markup {
  return markup`<h3>By phase</h3>
    ${dataTable("Limits by phase", PHASE_COLUMNS, phases.map(phaseCells))}
    <h3>Refusals by cause</h3>
    ${refusals(phases)}
    <h3>Hottest documents and ranges of keys</h3>
    ${hottest(phases)}
    ${missingIndexes(phases)}`;
}

const right = (title: string): DataColumn => ({ title, align: "right" });

const PHASE_COLUMNS: readonly DataColumn[] = [
  { title: "Phase" },
  ...[
    "Commits",
    "Queries",
    "Writes",
    "Index entries",
    "Attempts refused",
    "Writes refused",
    "Writes that waited",
    "Waiting p99",
    "Longest",
  ].map(right),
  { title: "Key ranges" },
];

function phaseCells({ name, limits }: LimitedPhase): readonly Content[] {
  return [
    name,
    ...[
      limits.commits,
      limits.queries,
      limits.writes,
      limits.indexEntries,
      limits.refusedAttempts,
      limits.refusedWrites,
      limits.delayedWrites,
    ].map(formatCount),
    limits.queueing.samples === 0 ? NO_FIGURE : formatLatency(limits.queueing.p99Ms),
    limits.queueing.samples === 0 ? NO_FIGURE : formatLatency(limits.queueing.maxMs),
    limits.warmedTo === null ? "as they were" : `warmed to ${formatRate(limits.warmedTo)}`,
  ];
}

const REFUSAL_COLUMNS: readonly DataColumn[] = [
  { title: "Phase" },
  right("Attempts"),
  right("From second"),
  { title: "Status" },
  { title: "Limit" },
  { title: "Of", wraps: true },
];

/** The explanation stands beneath its row, since it is a sentence or two. */
function refusals(phases: readonly LimitedPhase[]): Markup {
  const found = phases.flatMap(({ name, limits }) =>
    limits.refusals.map((refusal) => ({ name, refusal })),
  );
  if (found.length === 0) return markup`<p class="empty">Nothing was refused.</p>`;
  const more = phases.reduce((total, { limits }) => total + limits.refusalsNotListed, 0);
  const rows = found.map(({ name, refusal }) => [
    name,
    formatCount(refusal.attempts),
    String(Math.floor(refusal.firstSecond)),
    refusal.code,
    refusal.limit,
    refusal.subject,
  ]);
  return markup`${dataTable("Refusals by cause", REFUSAL_COLUMNS, rows)}
    <dl class="notes">
      ${found.map(
        ({ refusal }) =>
          markup`<dt>${refusal.limit} on ${refusal.subject}</dt>
            <dd>${refusal.explanation}</dd>`,
      )}
    </dl>
    ${more === 0 ? null : markup`<p class="aside">And ${formatCount(more)} causes more, not listed.</p>`}`;
}

const HOT_COLUMNS: readonly DataColumn[] = [
  { title: "Phase" },
  { title: "Utilisation" },
  right("Offered"),
  right("Takes"),
  right("Waited"),
  right("Refused"),
  right("At second"),
  { title: "Limit" },
  { title: "Of", wraps: true },
];

/** Shown of each phase. */
const HOTTEST_SHOWN = 5;

function hottest(phases: readonly LimitedPhase[]): Markup {
  const rows = phases.flatMap(({ name, limits }) =>
    limits.hottest.slice(0, HOTTEST_SHOWN).map((hot) => [name, ...hotCells(hot)]),
  );
  if (rows.length === 0) return markup`<p class="empty">Nothing was written often enough.</p>`;
  return markup`${dataTable("Hottest documents and ranges of keys", HOT_COLUMNS, rows)}
    <p class="aside">
      The ${String(HOTTEST_SHOWN)} hottest of each phase, each in its hottest few seconds; result.json has more.
    </p>`;
}

function hotCells(hot: HotSubject): readonly Content[] {
  return [
    shareFigure(hot.utilisation),
    formatRate(hot.operationsPerSecond),
    formatRate(hot.allowedPerSecond),
    formatCount(hot.delayed),
    formatCount(hot.refused),
    String(Math.floor(hot.atSecond)),
    hot.limit,
    hot.subject,
  ];
}

function missingIndexes(phases: readonly LimitedPhase[]): Markup | null {
  const found = phases.flatMap(({ limits }) => limits.missingIndexes);
  if (found.length === 0) return null;
  return markup`<h3>Indexes that queries lacked</h3>
    <p>Entries for firestore.indexes.json:</p>
    ${found.map(
      ({ collectionGroup, queries, json }) =>
        markup`<p>${collectionGroup}, ${formatCount(queries)} queries</p>
          <pre class="code">${json}</pre>`,
    )}`;
}

const ASSUMED_COLUMNS: readonly DataColumn[] = [
  { title: "Figure" },
  right("Value"),
  { title: "Unit" },
  { title: "What it limits" },
];

const CALIBRATED_COLUMNS: readonly DataColumn[] = [
  { title: "Figure" },
  right("Value"),
  right("Low"),
  right("High"),
  { title: "Unit" },
  { title: "What it limits" },
];

/** The model's figures that were measured, with their intervals. */
function calibratedFold({ target: { calibration } }: Result): Markup | null {
  if (calibration === undefined) return null;
  const rows = calibration.constants.map(({ id, value, low, high, unit, limits }) => [
    id,
    formatNumber(value),
    formatNumber(low),
    formatNumber(high),
    unit,
    limits,
  ]);
  return markup`<details>
    <summary>Figures of the model that were measured (${formatCount(rows.length)} calibrated)</summary>
    <p>${modelInWords(calibration)}</p>
    ${dataTable("Calibrated figures", CALIBRATED_COLUMNS, rows)}
  </details>`;
}

/** The model's figures that nobody publishes: a reader must know them to believe the rest. */
function assumedFold({ target }: Result): Markup | null {
  if (target.assumed === undefined || target.assumed.length === 0) return null;
  const rows = target.assumed.map(({ id, value, unit, limits }) => [
    id,
    formatNumber(value),
    unit,
    limits,
  ]);
  return markup`<details>
    <summary>Figures of the model that nobody publishes (${formatCount(rows.length)} assumed)</summary>
    ${dataTable("Assumed figures", ASSUMED_COLUMNS, rows)}
  </details>`;
}
