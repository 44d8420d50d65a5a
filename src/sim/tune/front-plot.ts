import { markup, type Markup } from "../report/html/markup.ts";
import { svgNumber } from "../report/svg-number.ts";
import { BENCHMARK } from "../verify/benchmark-table.ts";
import type { Assessment } from "./assessment.ts";
import type { Configuration, TuneReport } from "./tune-report.ts";

/*
 * The front as three panels over one axis of freshness: a static picture that needs no script and
 * is shown by any reader of Markdown.
 */

const LEFT = 92;
const RIGHT = 652;
const PANEL_HEIGHT = 150;
const PANEL_GAP = 64;
const TOP = 76;
const WIDTH = 900;

interface Panel {
  readonly title: string;
  readonly valueOf: (assessment: Assessment) => number;
  readonly format: (value: number) => string;
  /** The least height of the axis, in its unit. */
  readonly spanMin: number;
}

const PANELS: readonly Panel[] = [
  {
    title: "Fairness over tenants (Jain's index; up is even)",
    valueOf: ({ fairness }) => fairness,
    format: (value) => value.toFixed(2),
    spanMin: 0.1,
  },
  {
    title: "Attempts that production refuses, % (down is better)",
    valueOf: ({ refusedShare }) => refusedShare * 100,
    format: (value) => value.toFixed(1),
    spanMin: 1,
  },
  {
    title: "Cost, US dollars for a million writes (down is better)",
    valueOf: ({ costPerMillion }) => costPerMillion,
    format: (value) => value.toFixed(2),
    spanMin: 0.1,
  },
];

const COLOURS = {
  text: "#22252a",
  faint: "#5f6672",
  line: "#d9d7cf",
  accepted: "#2f6f9f",
  rejected: "#b4532a",
  front: "#1d7a4c",
  paper: "#f6f5f1",
} as const;

interface Point {
  readonly configuration: Configuration;
  readonly assessment: Assessment;
  readonly isOnFront: boolean;
  /** A letter for what is named in the legend. */
  readonly mark: string | null;
}

/** An SVG of its own. Names are drawn as letters, told in the legend. */
export function renderFrontPlot(report: TuneReport): string {
  return `${frontPlot(report).source}\n`;
}

export function frontPlot(report: TuneReport): Markup {
  const marks = marksOf(report);
  const points = pointsOf(report, marks);
  const height = TOP + PANELS.length * (PANEL_HEIGHT + PANEL_GAP) + 20;
  const scale = freshnessScale(points);
  const title = `Configurations tried on every seed: ${report.load.scenario}, ${report.load.users} users`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-size="14" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" fill="${COLOURS.text}">
<title>${title}</title>
<rect width="${WIDTH}" height="${height}" rx="10" fill="${COLOURS.paper}"/>
<text x="24" y="34" font-size="18" font-weight="600">${title}</text>
${PANELS.map((panel, index) => drawPanel(panel, TOP + index * (PANEL_HEIGHT + PANEL_GAP), points, scale))}
<text x="${RIGHT}" y="${height - 14}" text-anchor="end" fill="${COLOURS.faint}">Freshness: p99 from due to committed, logarithmic</text>
${legend(marks)}
</svg>`;
}

/** The recommended configuration is R; presets have their initials, disabled an X. */
function marksOf(report: TuneReport): ReadonlyMap<string, { mark: string; label: string }> {
  const marks = new Map<string, { mark: string; label: string }>();
  for (const { id, name, strategy } of report.presets) {
    const isPrinted = strategy === "literal" && report.presets[0]?.strategy !== "literal";
    const mark = isPrinted ? "L" : name === "disabled" ? "X" : name.charAt(0).toUpperCase();
    marks.set(id, { mark, label: isPrinted ? "literal (as printed)" : `${name} (${strategy})` });
  }
  const { recommended } = report;
  if (recommended !== null) {
    const preset = marks.get(recommended.id);
    const label = preset === undefined ? recommended.strategy : preset.label;
    marks.set(recommended.id, { mark: "R", label: `recommended: ${label}` });
  }
  return marks;
}

function pointsOf(
  { configurations, front }: TuneReport,
  marks: ReturnType<typeof marksOf>,
): readonly Point[] {
  const ids = new Set(front);
  return configurations.flatMap((configuration): readonly Point[] => {
    const { assessment, id } = configuration;
    if (assessment === null) return [];
    const mark = marks.get(id)?.mark ?? null;
    return [{ configuration, assessment, isOnFront: ids.has(id), mark }];
  });
}

type Scale = (value: number) => number;

interface FreshnessScale {
  readonly x: Scale;
  readonly ticks: readonly number[];
}

const TICKS_MS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

/** From the tick below the least to the tick above the most, with the target among them. */
function freshnessScale(points: readonly Point[]): FreshnessScale {
  const values = points.map(({ assessment }) => assessment.freshnessP99Ms);
  const least = Math.min(BENCHMARK.pnlLatency.boundMs, ...values);
  const most = Math.max(BENCHMARK.pnlLatency.boundMs, ...values);
  const from = TICKS_MS.findLast((tick) => tick < least) ?? least / 2;
  const to = TICKS_MS.find((tick) => tick > most) ?? most * 2;
  const share = (value: number): number => Math.log(value / from) / Math.log(to / from);
  return {
    x: (value) => LEFT + (RIGHT - LEFT) * share(value),
    ticks: TICKS_MS.filter((tick) => tick >= from && tick <= to),
  };
}

function drawPanel(
  panel: Panel,
  top: number,
  points: readonly Point[],
  { x, ticks }: FreshnessScale,
): Markup {
  const bottom = top + PANEL_HEIGHT;
  const { y, values } = valueScale(panel, points, top, bottom);
  const target = x(BENCHMARK.pnlLatency.boundMs);
  return markup`<text x="${LEFT}" y="${top - 10}" fill="${COLOURS.faint}">${panel.title}</text>
${values.map((value) => markup`<path d="M${LEFT} ${svgNumber(y(value))}H${RIGHT}" stroke="${COLOURS.line}"/><text x="${LEFT - 10}" y="${svgNumber(y(value) + 5)}" text-anchor="end">${panel.format(value)}</text>`)}
${ticks.map((tick) => markup`<path d="M${svgNumber(x(tick))} ${top}V${bottom}" stroke="${COLOURS.line}"/><text x="${svgNumber(x(tick))}" y="${bottom + 18}" text-anchor="middle" font-size="12">${formatTick(tick)}</text>`)}
<path d="M${svgNumber(target)} ${top}V${bottom}" stroke="${COLOURS.rejected}" stroke-dasharray="5 4"/>
${frontLine(points, panel, x, y)}
${drawPoints(placed(points, panel, x, y))}`;
}

/** From the round value below the least to that above the most. */
function valueScale(
  { valueOf, spanMin }: Panel,
  points: readonly Point[],
  top: number,
  bottom: number,
): { readonly y: Scale; readonly values: readonly number[] } {
  const all = points.map(({ assessment }) => valueOf(assessment));
  const low = all.length === 0 ? 0 : Math.min(...all);
  const high = all.length === 0 ? 0 : Math.max(...all);
  const step = niceStep(Math.max(spanMin, high - low) / STEPS);
  const from = Math.floor(low / step) * step;
  const count = Math.max(STEPS, Math.ceil((high - from) / step));
  const y = (value: number): number => bottom - ((bottom - top) * (value - from)) / (step * count);
  return { y, values: Array.from({ length: count + 1 }, (_, index) => from + step * index) };
}

const STEPS = 4;

/** 1, 2 or 5 times a power of ten, at least the step asked for. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5].find((factor) => factor * power >= step) ?? 10) * power;
}

function frontLine(points: readonly Point[], panel: Panel, x: Scale, y: Scale): Markup | null {
  const line = points
    .filter(({ isOnFront }) => isOnFront)
    .map(({ assessment }) => assessment)
    .sort((left, right) => left.freshnessP99Ms - right.freshnessP99Ms)
    .map((one) => `${svgNumber(x(one.freshnessP99Ms))} ${svgNumber(y(panel.valueOf(one)))}`);
  if (line.length < 2) return null;
  return markup`<path d="M${line.join("L")}" fill="none" stroke="${COLOURS.front}" stroke-width="1.5" stroke-dasharray="2 3"/>`;
}

interface Placed extends Point {
  readonly x: number;
  readonly y: number;
  /** Where its letter stands: beside others, not on them. */
  readonly markX: number;
}

const MARK_SIZE = 20;

/** What is named comes last, so that it lies on top; from left to right, the recommended one first. */
function placed(points: readonly Point[], panel: Panel, x: Scale, y: Scale): readonly Placed[] {
  const taken: { readonly x: number; readonly y: number }[] = [];
  const order = ({ mark, assessment }: Point): number =>
    mark === null ? 0 : mark === "R" ? 1 : 1 + assessment.freshnessP99Ms;
  return [...points]
    .sort((left, right) => order(left) - order(right))
    .map((point) => {
      const at = { x: x(point.assessment.freshnessP99Ms), y: y(panel.valueOf(point.assessment)) };
      if (point.mark === null) return { ...point, ...at, markX: at.x };
      let markX = at.x;
      while (taken.some((other) => Math.hypot(other.x - markX, other.y - at.y) < MARK_SIZE)) {
        markX += MARK_SIZE;
      }
      taken.push({ x: markX, y: at.y });
      return { ...point, ...at, markX };
    });
}

/** All points, then all letters; one that had to give way is joined to its point by a line. */
function drawPoints(points: readonly Placed[]): readonly Markup[] {
  return [...points.map(drawPoint), ...points.map(drawMark)];
}

function drawPoint({ configuration, isOnFront, ...place }: Placed): Markup {
  const colour = colourOf(configuration, isOnFront);
  const x = svgNumber(place.x);
  const y = svgNumber(place.y);
  return markup`<path d="M${x} ${y}H${svgNumber(place.markX)}" stroke="${colour}"/><circle cx="${x}" cy="${y}" r="4" fill="${colour}" fill-opacity="0.7"><title>${configuration.id}</title></circle>`;
}

function drawMark({ configuration, isOnFront, mark, ...place }: Placed): Markup {
  if (mark === null) return markup``;
  const colour = colourOf(configuration, isOnFront);
  const x = svgNumber(place.markX);
  return markup`<circle cx="${x}" cy="${svgNumber(place.y)}" r="9" fill="${colour}"><title>${configuration.id}</title></circle><text x="${x}" y="${svgNumber(place.y + 4.5)}" text-anchor="middle" font-size="12" font-weight="700" fill="#ffffff">${mark}</text>`;
}

function colourOf({ isAccepted }: Configuration, isOnFront: boolean): string {
  if (isOnFront) return COLOURS.front;
  return isAccepted === true ? COLOURS.accepted : COLOURS.rejected;
}

function legend(marks: ReturnType<typeof marksOf>): readonly Markup[] {
  const x = RIGHT + 28;
  const named = [...marks.values()].map(
    ({ mark, label }, index) =>
      markup`<text x="${x}" y="${TOP + 8 + index * 24}"><tspan font-weight="700">${mark}</tspan> ${label}</text>`,
  );
  const from = TOP + 8 + marks.size * 24 + 14;
  const kinds = [
    [COLOURS.front, "on the front"],
    [COLOURS.accepted, "breaks nothing"],
    [COLOURS.rejected, "rejected"],
  ] as const;
  const targetY = from + kinds.length * 24;
  return [
    ...named,
    ...kinds.map(
      ([colour, label], index) =>
        markup`<circle cx="${x + 5}" cy="${from + index * 24 - 5}" r="5" fill="${colour}"/><text x="${x + 18}" y="${from + index * 24}">${label}</text>`,
    ),
    markup`<path d="M${x + 5} ${targetY - 14}V${targetY + 4}" stroke="${COLOURS.rejected}" stroke-dasharray="5 4"/><text x="${x + 18}" y="${targetY}">the target, ${formatTick(BENCHMARK.pnlLatency.boundMs)}</text>`,
  ];
}

function formatTick(tickMs: number): string {
  return tickMs < 1000 ? `${tickMs} ms` : `${tickMs / 1000} s`;
}
