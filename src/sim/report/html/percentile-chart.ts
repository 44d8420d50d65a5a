import { formatNumber } from "../format-figures.ts";
import { percentileCurve, type PercentilePoint } from "../percentile-curve.ts";
import type { HistogramSummary } from "../result.ts";
import { markup, type Markup } from "./markup.ts";

/** One histogram's curve on a chart. */
export interface ChartLine {
  readonly label: string;
  readonly histogram: HistogramSummary;
}

/** Drawn no wider than a phone, so that its text is never scaled down. */
const WIDTH = 340;
const HEIGHT = 200;
const LEFT = 54;
const RIGHT = 10;
const TOP = 20;
const BOTTOM = 26;
const DASHES = ["", "6 3", "2 3", "9 3 2 3", "1 4", "12 4"] as const;
/** Most curves on a chart; the table beneath has the rest. */
export const LINES_MAX = DASHES.length;

interface Scales {
  readonly ninesMax: number;
  readonly lowMs: number;
  readonly highMs: number;
}

/**
 * Latency by percentile: every further nine takes the same width, so the tail is as visible as the
 * middle; latency is on a logarithmic scale.
 */
export function percentileChart(
  label: string,
  lines: readonly ChartLine[],
  boundMs: number | null,
): Markup {
  const curves = lines.slice(0, LINES_MAX).map((line) => percentileCurve(line.histogram));
  const scales = scalesFor(curves, boundMs);
  return markup`<svg
    class="percentiles"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${label}"
  >
    <text x="${LEFT - 5}" y="9" text-anchor="end">ms</text>
    ${latencyTicks(scales).map((tick) => latencyTick(tick, scales))}
    ${percentileTicks(scales).map((tick) => percentileTick(tick, scales))}
    ${curves.map((curve, index) => curvePath(curve, index, scales))}
    ${boundMs === null ? null : boundLine(boundMs, scales)}
  </svg>`;
}

/** The sample of a line for the legend. */
export function lineSample(index: number): Markup {
  return markup`<svg class="sample" viewBox="0 0 28 8" width="28" height="8" aria-hidden="true">
    <path class="curve" d="M0 4h28" style="${curveStyle(index)}" />
  </svg>`;
}

/** Number of nines of a share: 0 for 0, 1 for 90%, 2 for 99%. */
function ninesOf(share: number): number {
  return -Math.log10(1 - share);
}

function scalesFor(
  curves: readonly (readonly PercentilePoint[])[],
  boundMs: number | null,
): Scales {
  const points = curves.flat();
  const latencies = points.map(({ latencyMs }) => Math.max(latencyMs, 0.01));
  const highMs = Math.max(...latencies, boundMs ?? 0);
  const lowMs = 10 ** Math.floor(Math.log10(Math.min(...latencies)));
  return {
    ninesMax: Math.max(1, ...points.map(({ share }) => ninesOf(share))),
    lowMs,
    highMs: Math.max(lowMs * 10, 10 ** Math.ceil(Math.log10(highMs))),
  };
}

function xOf(share: number, { ninesMax }: Scales): number {
  return round(LEFT + (ninesOf(share) / ninesMax) * (WIDTH - LEFT - RIGHT));
}

function yOf(latencyMs: number, { lowMs, highMs }: Scales): number {
  const share = Math.log10(Math.max(latencyMs, lowMs) / lowMs) / Math.log10(highMs / lowMs);
  return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM));
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** Whole decades, and 2 and 5 between them when there are few. */
function latencyTicks({ lowMs, highMs }: Scales): readonly number[] {
  const decades = Math.round(Math.log10(highMs / lowMs));
  const steps = decades <= 2 ? [1, 2, 5] : [1];
  const ticks = Array.from({ length: decades + 1 }, (_, decade) =>
    steps.map((step) => step * lowMs * 10 ** decade),
  ).flat();
  return ticks.filter((tick) => tick <= highMs * 1.0001);
}

function latencyTick(latencyMs: number, scales: Scales): Markup {
  const y = yOf(latencyMs, scales);
  return markup`<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}" />
    <text x="${LEFT - 5}" y="${y + 4}" text-anchor="end">${formatNumber(latencyMs)}</text>`;
}

const PERCENTILE_TICKS: readonly (readonly [share: number, label: string])[] = [
  [0, ""],
  [0.5, "50%"],
  [0.9, "90%"],
  [0.99, "99%"],
  [0.999, "99.9%"],
  [0.9999, "99.99%"],
  [0.99999, "99.999%"],
];

function percentileTicks({ ninesMax }: Scales): typeof PERCENTILE_TICKS {
  return PERCENTILE_TICKS.filter(([share]) => ninesOf(share) <= ninesMax + 1e-9);
}

function percentileTick([share, label]: (typeof PERCENTILE_TICKS)[number], scales: Scales): Markup {
  const x = xOf(share, scales);
  const anchor = x > WIDTH - RIGHT - 16 ? "end" : "middle";
  return markup`<path class="grid" d="M${x} ${TOP}V${HEIGHT - BOTTOM}" />
    <text x="${x}" y="${HEIGHT - 8}" text-anchor="${anchor}">${label}</text>`;
}

function boundLine(boundMs: number, scales: Scales): Markup {
  const y = yOf(boundMs, scales);
  return markup`<path class="bound" d="M${LEFT} ${y}H${WIDTH - RIGHT}" />
    <text class="bound-label" x="${LEFT + 4}" y="${y - 4}">target ${formatNumber(boundMs)} ms</text>`;
}

function curvePath(curve: readonly PercentilePoint[], index: number, scales: Scales): Markup {
  const points = curve.map(
    ({ share, latencyMs }) => `${xOf(share, scales)} ${yOf(latencyMs, scales)}`,
  );
  return markup`<path class="curve" d="M${points.join("L")}" style="${curveStyle(index)}" />`;
}

/** Colour and dashes: each curve can be told by either. */
function curveStyle(index: number): string {
  return `stroke:var(--curve-${index});stroke-dasharray:${DASHES[index] || "none"}`;
}
