import {
  formatDuration,
  formatLatency,
  formatNumber,
  formatShare,
} from "../report/format-figures.ts";
import { describeChanges } from "./headline.ts";
import type { Assessment } from "./assessment.ts";
import type { TuneReport } from "./tune-report.ts";
import type { Validation } from "./validation.ts";

/** A table of plain texts: shown in the terminal, in Markdown and on the page. */
export interface TextTable {
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly align?: "right" }[];
  readonly rows: readonly (readonly string[])[];
}

/** Of a long front, so many are shown, evenly; tune.json has them all. */
const FRONT_SHOWN_MAX = 12;

const FIGURES = [
  { title: "fresh p99", align: "right" },
  { title: "worst seed", align: "right" },
  { title: "refused", align: "right" },
  { title: "$/M writes", align: "right" },
  { title: "fairness", align: "right" },
  { title: "writes/s", align: "right" },
  { title: "hottest", align: "right" },
] as const;

function figuresOf(assessment: Assessment): readonly string[] {
  return [
    formatLatency(assessment.freshnessP99Ms),
    formatLatency(assessment.freshnessP99WorstMs),
    formatShare(assessment.refusedShare),
    assessment.costPerMillion.toFixed(3),
    assessment.fairness.toFixed(2),
    formatNumber(assessment.committedPerSecond),
    assessment.hottest === null ? "–" : formatShare(assessment.hottest.utilisation),
  ];
}

export function frontTable(report: TuneReport): TextTable {
  const { front, recommended } = report;
  const step = Math.max(1, front.length / FRONT_SHOWN_MAX);
  const shown = front.filter((id, index) => {
    const isStep = Math.floor(index / step) !== Math.floor((index - 1) / step);
    return isStep || id === recommended?.id;
  });
  return {
    title: `Pareto front (${shown.length} of ${front.length})`,
    columns: [{ title: "" }, { title: "configuration" }, ...FIGURES],
    rows: shown.flatMap((id) => {
      const found = report.configurations.find((one) => one.id === id);
      if (found?.assessment === undefined || found.assessment === null) return [];
      const name = `${found.strategy} ${describeChanges(report, id)}`;
      return [[id === recommended?.id ? "*" : "", name, ...figuresOf(found.assessment)]];
    }),
  };
}

export function presetsTable(report: TuneReport): TextTable {
  return {
    title: "The document's presets",
    columns: [{ title: "preset" }, { title: "where it lies" }, ...FIGURES],
    rows: report.presets.map(({ name, strategy, id, standing }) => {
      const assessment = report.configurations.find((one) => one.id === id)?.assessment;
      const figures = assessment ? figuresOf(assessment) : FIGURES.map(() => "–");
      return [`${name} (${strategy})`, standing, ...figures];
    }),
  };
}

/** Each seed that tried to break what is recommended, the nearest to succeed first. */
export function seedsTable(report: TuneReport): TextTable {
  const { recommended, configurations, freshSeeds } = report;
  const outcomes = configurations.find(({ id }) => id === recommended?.id)?.outcomes.full ?? [];
  const sorted = [...outcomes].sort((left, right) => right.freshnessP99Ms - left.freshnessP99Ms);
  return {
    title: "Seeds that tried to break it, the worst first",
    columns: [
      { title: "seed", align: "right" },
      { title: "" },
      { title: "fresh p99", align: "right" },
      { title: "refused", align: "right" },
      { title: "hottest", align: "right" },
      { title: "checks" },
    ],
    rows: sorted.map(({ seed, failed, passed, undecided, ...one }) => [
      String(seed),
      freshSeeds.includes(seed) ? "fresh" : "",
      formatLatency(one.freshnessP99Ms),
      String(one.refusedAttempts),
      one.hottest === null ? "–" : `${formatShare(one.hottest.utilisation)} ${one.hottest.subject}`,
      failed.length > 0
        ? `FAILED: ${failed.join(", ")}`
        : `${passed} passed${undecided.length > 0 ? `, ${undecided.length} too few samples` : ""}`,
    ]),
  };
}

export function validationTable({ comparisons }: Validation): TextTable {
  return {
    title: "Prediction against measurement",
    columns: [
      { title: "figure" },
      { title: "predicted", align: "right" },
      { title: "measured", align: "right" },
      { title: "stated error" },
      { title: "" },
    ],
    rows: comparisons.map(({ figure, predicted, measured, error, agrees }) => [
      figure,
      predicted,
      measured,
      error,
      agrees ? "agrees" : "DISAGREES",
    ]),
  };
}

const SEARCH_ENDS: Readonly<Record<TuneReport["budget"]["searchEnd"], string>> = {
  spent: "",
  settled: "; two generations in a row had found nothing better",
  exhausted: "; there was nothing new to draw",
  cut: "; it was cut short",
};

/** How the search went, in sentences. */
export function searchNotes(report: TuneReport): readonly string[] {
  const { budget, stretches, seeds, freshSeeds, agreement, fallen, prices } = report;
  const kinds = stretches.map(
    ({ name, users, durationMs, cost, parts }) =>
      `${name}: ${users} users${parts > 1 ? `, rates divided by ${parts}` : ""}, ${formatDuration(durationMs)}, counted as ${formatNumber(cost)}`,
  );
  return [
    `${budget.configurations} configurations in ${budget.trials} trials, ${budget.spent} of ${budget.asked} full ones' worth${SEARCH_ENDS[budget.searchEnd]}.`,
    `Trials: ${kinds.join("; ")}.`,
    `Seeds: ${listOf(seeds)} in the search, ${listOf(freshSeeds)} kept for what it found.`,
    ...agreement
      .filter(({ pairs }) => pairs > 0)
      .map(
        ({ stretch, pairs, agreeing }) =>
          `The ${stretch} trial puts ${agreeing} of ${pairs} pairs in the order of the full one (pairs within noise left out).`,
      ),
    ...(fallen.length === 0
      ? []
      : [`${fallen.join(", ")} passed the search's seeds, and a fresh one broke it.`]),
    `Cost: documents the service read, wrote and deleted, at ${prices.reads}, ${prices.writes} and ${prices.deletes} ${prices.currency} for ${prices.perDocuments.toLocaleString("en-US")} (${prices.place}, ${prices.source}, read ${prices.readOn}).`,
    `All figures are modelled: on a virtual clock, with production's limits and latencies. Constants ${report.model}.`,
  ];
}

function listOf(seeds: readonly number[]): string {
  const [first] = seeds;
  const last = seeds.at(-1);
  return first === last ? `${first}` : `${first} to ${last}`;
}
