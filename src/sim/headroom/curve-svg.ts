import { escapeHtml } from "../report/html/markup.ts";
import { svgNumber } from "../report/svg-number.ts";
import { BENCHMARK } from "../verify/benchmark-table.ts";
import { formatMs } from "../verify/check.ts";
import { curvePoints, medianOf, type CurvePoint } from "./curve.ts";
import type { Bound, HeadroomResult } from "./headroom-result.ts";

const LEFT = 96;
const RIGHT = 860;
const INK = "#22252a";
const FAINT = "#5f6672";
const GRID = "#d9d7cf";
const LATENCY = "#1f5f8b";
const REFUSED = "#b3402a";
const HELD = "#2f7d4f";

/** A part of the picture with a scale of its own. */
interface Panel {
  readonly title: string;
  readonly colour: string;
  readonly top: number;
  readonly bottom: number;
  /** Where a value lies, from 0 (bottom) to 1 (top). */
  readonly share: (value: number) => number;
  readonly ticks: readonly (readonly [value: number, text: string])[];
  readonly values: (point: CurvePoint) => readonly number[];
}

const WHAT: Readonly<Record<string, string>> = {
  "pnl-commit": "p99 of P&L updates, from due to committed",
  "direct-commit": "p99 of direct writes, from due to committed",
  query: "p99 of reads",
};

/** curve.svg: p99 and refusals against the load, with the headroom and its interval; "" without points. */
export function renderCurveSvg(result: HeadroomResult): string {
  const points = curvePoints(result.curve ?? []);
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || first === last) return "";
  const x = logScale(first.load, last.load, LEFT, RIGHT);
  const metric = result.curve?.[0]?.figures.p99Of ?? "pnl-commit";
  const panels = [latencyPanel(points, WHAT[metric] ?? metric), refusalPanel(points)];
  const title = `${result.scenario}: ${result.noun} against latency and refusals`;
  const [stage] = result.stages;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 560" role="img" font-size="14" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" fill="${INK}">`,
    `<title>${escapeHtml(title)}</title>`,
    `<rect width="900" height="560" rx="10" fill="#f6f5f1"/>`,
    `<text x="24" y="34" font-size="18" font-weight="600">${escapeHtml(title)}</text>`,
    ...(stage?.headroom === null || stage?.headroom === undefined
      ? []
      : headroomMark(stage.headroom, x, result.noun)),
    ...panels.flatMap((panel) => drawPanel(panel, points, x)),
    ...(metric === "pnl-commit" ? boundLine(panels[0]) : []),
    ...loadAxis(points, x, result.noun),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

type Scale = (value: number) => number;

function logScale(least: number, most: number, from: number, to: number): Scale {
  const span = Math.log(most / least);
  return (value) => from + ((to - from) * Math.log(value / least)) / span;
}

/** Latencies span decades: 1, 10, 100 ms. */
function latencyPanel(points: readonly CurvePoint[], title: string): Panel {
  const all = points.flatMap(({ p99Ms }) => p99Ms).filter((value) => value > 0);
  const least = 10 ** Math.floor(Math.log10(Math.min(100, ...all)));
  const most = 10 ** Math.ceil(Math.log10(Math.max(1000, ...all)));
  const decades = Math.round(Math.log10(most / least));
  return {
    title,
    colour: LATENCY,
    top: 84,
    bottom: 330,
    share: (value) => Math.log10(Math.max(least, value) / least) / decades,
    ticks: Array.from({ length: decades + 1 }, (_, decade) => {
      const value = least * 10 ** decade;
      return [value, formatMs(value).replace(/\.0+ /, " ")];
    }),
    values: ({ p99Ms }) => p99Ms,
  };
}

function refusalPanel(points: readonly CurvePoint[]): Panel {
  const most = Math.max(0.01, ...points.flatMap(({ refusedShares }) => refusedShares));
  const top = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].find((one) => one >= most) ?? 1;
  return {
    title: "attempts that production refuses",
    colour: REFUSED,
    top: 384,
    bottom: 486,
    share: (value) => value / top,
    ticks: [0, top / 2, top].map((value) => [value, `${Math.round(value * 1000) / 10}%`]),
    values: ({ refusedShares }) => refusedShares,
  };
}

function drawPanel(panel: Panel, points: readonly CurvePoint[], x: Scale): readonly string[] {
  const { title, colour, top, bottom, share, ticks, values } = panel;
  const y: Scale = (value) => bottom - (bottom - top) * share(value);
  const seen = points.filter((point) => values(point).length > 0);
  const line = seen.map(
    (point) => `${svgNumber(x(point.load))} ${svgNumber(y(medianOf(values(point))))}`,
  );
  return [
    `<text x="24" y="${top - 16}" fill="${FAINT}">${escapeHtml(title)}</text>`,
    ...ticks.flatMap(([value, text]) => [
      `<path d="M${LEFT} ${svgNumber(y(value))}H${RIGHT}" stroke="${GRID}"/>`,
      `<text x="${LEFT - 10}" y="${svgNumber(y(value) + 5)}" text-anchor="end">${text}</text>`,
    ]),
    ...(line.length < 2
      ? []
      : [`<path d="M${line.join("L")}" fill="none" stroke="${colour}" stroke-width="2.5"/>`]),
    ...seen.flatMap((point) =>
      values(point).map(
        (value) =>
          `<circle cx="${svgNumber(x(point.load))}" cy="${svgNumber(y(value))}" r="3.5" fill="${colour}" fill-opacity="0.55"/>`,
      ),
    ),
  ];
}

/** The document's bound on P&L latency. */
function boundLine(panel: Panel | undefined): readonly string[] {
  if (panel === undefined) return [];
  const { boundMs } = BENCHMARK.pnlLatency;
  const y = panel.bottom - (panel.bottom - panel.top) * panel.share(boundMs);
  return [
    `<path d="M${LEFT} ${svgNumber(y)}H${RIGHT}" stroke="${FAINT}" stroke-dasharray="6 5"/>`,
    `<text x="${LEFT + 6}" y="${svgNumber(y - 6)}" fill="${FAINT}">${formatMs(boundMs)}, the target</text>`,
  ];
}

/** A band for the interval and a line at the median, behind everything else. */
function headroomMark(
  { median, low, high }: { readonly median: Bound; readonly low: Bound; readonly high: Bound },
  x: Scale,
  noun: string,
): readonly string[] {
  const at = (bound: Bound): number => Math.min(RIGHT, Math.max(LEFT, x(bound.load)));
  const [from, to] = [at(low), at(high)];
  // Beyond the middle, the words would run out of the picture.
  const isLeft = at(median) > (LEFT + RIGHT) / 2;
  const words = `${median.kind === "at-least" ? "at least " : ""}${median.load.toLocaleString("en-US")} ${noun}`;
  return [
    `<rect x="${svgNumber(from)}" y="84" width="${svgNumber(Math.max(1, to - from))}" height="402" fill="${HELD}" fill-opacity="0.14"/>`,
    `<path d="M${svgNumber(at(median))} 84V486" stroke="${HELD}" stroke-width="2"/>`,
    `<text x="${svgNumber(at(median) + (isLeft ? -8 : 8))}" y="78" fill="${HELD}" font-weight="600" text-anchor="${isLeft ? "end" : "start"}">${words}</text>`,
  ];
}

/** Names as many loads as there is room for. */
const LABEL_WIDTH = 52;

function loadAxis(points: readonly CurvePoint[], x: Scale, noun: string): readonly string[] {
  const labels: string[] = [];
  let free = -Infinity;
  for (const { load } of points) {
    const at = x(load);
    if (at < free) continue;
    free = at + LABEL_WIDTH;
    labels.push(
      `<text x="${svgNumber(at)}" y="510" text-anchor="middle">${load.toLocaleString("en-US")}</text>`,
    );
  }
  return [
    ...labels,
    `<text x="${RIGHT}" y="538" text-anchor="end" fill="${FAINT}">${noun}; each dot a seed, lines through their medians</text>`,
  ];
}
