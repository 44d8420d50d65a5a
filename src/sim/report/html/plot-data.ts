import type { Check, Result, Second } from "../result.ts";
import { secondsOf, thinSeries } from "../thin-series.ts";

/** Most points a plot is given: more than its pixels show, and a page that stays small. */
const POINTS_MAX = 7200;

/** What plots.js draws: one shared time axis, and on it the plots. */
export interface PlotData {
  readonly seconds: readonly number[];
  readonly phases: readonly Span[];
  readonly regimes: readonly Span[];
  readonly plots: readonly Plot[];
}

/** A stretch of the time axis, in seconds; `until` is not part of it. */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

interface Plot {
  readonly id: string;
  readonly heightPixels: number;
  /** Appended to values: "/s", " ms". */
  readonly unit: string;
  /** Whether the regimes are drawn behind the lines. */
  readonly regimes: boolean;
  readonly bound: { readonly value: number; readonly label: string } | null;
  readonly lines: readonly Line[];
}

interface Line {
  readonly name: string;
  /** Name of the style sheet's custom property for its colour. */
  readonly colour: string;
  readonly dash: readonly number[];
  readonly filled: boolean;
  /** null where there was no sample, and in the pauses between phases. */
  readonly values: readonly (number | null)[];
}

/**
 * Everything plotted, and how many seconds a point stands for at most; plots without any sample are
 * left out.
 */
export function plotData(result: Result): PlotData & { readonly step: number } {
  const series = thinSeries(result.series, Math.ceil(result.series.length / POINTS_MAX));
  const rows = withPauses(series);
  return {
    step: series.reduce((most, row) => Math.max(most, secondsOf(row)), 1),
    seconds: rows.map(({ at }) => at),
    phases: spansOf(series, "phase"),
    regimes: spansOf(series, "regime"),
    plots: PLANS.map((plan) => drawPlan(plan, rows, result.checks)).filter(
      ({ lines }) => lines.length > 0,
    ),
  };
}

interface Row {
  readonly at: number;
  /** null is a pause: it breaks the lines. */
  readonly second: Second | null;
}

function endOf(row: Second): number {
  return row.second + secondsOf(row);
}

function withPauses(series: readonly Second[]): readonly Row[] {
  return series.flatMap((second, index) => {
    const previous = series[index - 1];
    const row = { at: second.second, second };
    if (previous === undefined || second.second <= endOf(previous)) return [row];
    return [{ at: endOf(previous), second: null }, row];
  });
}

/** Neighbouring rows of the same phase or regime, joined. */
function spansOf(series: readonly Second[], field: "phase" | "regime"): readonly Span[] {
  const spans: Span[] = [];
  for (const row of series) {
    const last = spans.at(-1);
    const until = endOf(row);
    if (last?.name === row[field] && row.second <= last.until) {
      spans[spans.length - 1] = { ...last, until };
    } else {
      spans.push({ name: row[field], from: row.second, until });
    }
  }
  return spans;
}

type PlottedField = Exclude<keyof Second, "second" | "seconds" | "phase" | "regime">;

interface LinePlan {
  readonly name: string;
  readonly field: PlottedField;
  /** Counts are drawn as their mean a second. */
  readonly isCount?: true;
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly filled?: boolean;
}

interface PlotPlan {
  readonly id: string;
  readonly heightPixels: number;
  readonly unit: string;
  /** How much of the field's own unit is one of the plot's; 1 when absent. */
  readonly divisor?: number;
  readonly regimes?: boolean;
  /** Check whose bound is drawn, when it is in the plot's unit. */
  readonly boundOf?: string;
  /** Whether a line that is 0 throughout is worth showing. */
  readonly showsZero: boolean;
  readonly lines: readonly LinePlan[];
}

const PLANS: readonly PlotPlan[] = [
  {
    id: "writes",
    heightPixels: 260,
    unit: "/s",
    showsZero: true,
    lines: [
      {
        name: "offered",
        field: "writesOffered",
        isCount: true,
        colour: "--line-offered",
        filled: true,
      },
      { name: "committed", field: "writesCommitted", isCount: true, colour: "--line-committed" },
      {
        name: "committed in the busiest second",
        field: "writesCommittedMax",
        colour: "--line-committed",
        dash: [1, 4],
      },
      { name: "limiter rate", field: "limiterRate", colour: "--line-limiter", dash: [6, 4] },
    ],
  },
  {
    id: "market",
    heightPixels: 130,
    unit: "/s",
    regimes: true,
    showsZero: true,
    lines: [
      { name: "market updates", field: "marketUpdates", isCount: true, colour: "--line-market" },
    ],
  },
  {
    id: "backlog",
    heightPixels: 130,
    unit: " s",
    divisor: 1000,
    showsZero: false,
    lines: [
      {
        name: "limiter backlog",
        field: "limiterBacklogMs",
        colour: "--line-limiter",
        filled: true,
      },
    ],
  },
  {
    id: "troubles",
    heightPixels: 120,
    unit: "/s",
    showsZero: false,
    lines: [
      { name: "retries", field: "retries", isCount: true, colour: "--line-limiter" },
      { name: "refusals", field: "refusals", isCount: true, colour: "--line-tail", dash: [6, 3] },
      {
        name: "client errors",
        field: "clientErrors",
        isCount: true,
        colour: "--line-query",
        dash: [2, 3],
      },
    ],
  },
  {
    id: "pnl",
    heightPixels: 220,
    unit: " ms",
    boundOf: "benchmark.pnl-latency",
    showsZero: true,
    lines: [
      { name: "p99", field: "pnlP99Ms", colour: "--line-tail", dash: [6, 3] },
      { name: "p50", field: "pnlP50Ms", colour: "--line-committed" },
    ],
  },
  {
    id: "queries",
    heightPixels: 150,
    unit: " ms",
    boundOf: "benchmark.query-latency",
    showsZero: true,
    lines: [{ name: "p95", field: "queryP95Ms", colour: "--line-query" }],
  },
];

function drawPlan(plan: PlotPlan, rows: readonly Row[], checks: readonly Check[]): Plot {
  const lines = plan.lines.map((line) => drawLine(line, rows, plan.divisor ?? 1));
  return {
    id: plan.id,
    heightPixels: plan.heightPixels,
    unit: plan.unit,
    regimes: plan.regimes ?? false,
    bound: boundFor(plan, checks),
    lines: lines.filter(({ values }) =>
      values.some((value) => value !== null && (plan.showsZero || value > 0)),
    ),
  };
}

function drawLine(plan: LinePlan, rows: readonly Row[], divisor: number): Line {
  return {
    name: plan.name,
    colour: plan.colour,
    dash: plan.dash ?? [],
    filled: plan.filled ?? false,
    values: rows.map(({ second }) => {
      const perRow = plan.isCount && second !== null ? secondsOf(second) : 1;
      return plotValue(second?.[plan.field] ?? null, divisor * perRow);
    }),
  };
}

/** Two decimals are finer than any pixel, and keep the page small. */
function plotValue(value: number | null, divisor: number): number | null {
  return value === null ? null : Math.round((value / divisor) * 100) / 100;
}

function boundFor(plan: PlotPlan, checks: readonly Check[]): Plot["bound"] {
  const check = checks.find(({ id }) => id === plan.boundOf);
  if (check === undefined || check.bound === null || check.unit !== plan.unit.trim()) return null;
  return { value: check.bound, label: `target ${check.target}` };
}
