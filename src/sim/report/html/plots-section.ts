import { formatDuration } from "../format-figures.ts";
import { markup, type Markup } from "./markup.ts";
import type { PlotData, Span } from "./plot-data.ts";

interface PlotText {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly empty: string;
}

const RATE_PLOTS: readonly PlotText[] = [
  {
    id: "writes",
    title: "Document writes a second",
    caption: "what fell due, what was committed, and what the limiter let through",
    empty: "No second was measured.",
  },
  {
    id: "market",
    title: "Market updates a second",
    caption: "and the market's regimes behind them",
    empty: "No market update was seen.",
  },
  {
    id: "backlog",
    title: "Limiter backlog",
    caption: "in seconds: how far ahead the last promised write lies",
    empty: "The limiter never had a backlog.",
  },
  {
    id: "troubles",
    title: "Troubles a second",
    caption: "retried commits, refusals by the limiter, errors clients saw",
    empty: "No retry, refusal or client error in any second.",
  },
];

const LATENCY_PLOTS: readonly PlotText[] = [
  {
    id: "pnl",
    title: "P&L update latency",
    caption: "in milliseconds: p50 and p99 of each second's updates",
    empty: "No P&L update was measured.",
  },
  {
    id: "queries",
    title: "Query latency",
    caption: "in milliseconds: p95 of each second's queries",
    empty: "No query was measured.",
  },
];

/** Write rates over time, with the market beneath on the same axis. */
export function ratesSection(data: PlotData, step: number): Markup {
  return markup`<section id="rates" aria-labelledby="rates-title">
    <h2 id="rates-title">Write rate over time</h2>
    ${plotFigures(RATE_PLOTS, data, step)}
    ${regimeKey(data.regimes)}
  </section>`;
}

/** Latencies over time, on the same axis. */
export function latencyPlotsSection(data: PlotData, step: number): Markup {
  return markup`<section id="latency" aria-labelledby="latency-title">
    <h2 id="latency-title">Latency over time</h2>
    ${plotFigures(LATENCY_PLOTS, data, step)}
  </section>`;
}

function plotFigures(texts: readonly PlotText[], data: PlotData, step: number): Markup {
  if (data.seconds.length === 0) return markup`<p class="empty">No second was measured.</p>`;
  return markup`${stepNote(step)}${texts.map((text) => plotFigure(text, data))}`;
}

function stepNote(step: number): Markup | null {
  if (step === 1) return null;
  return markup`<p class="aside">
    A point stands for up to ${step} s: rates are their mean, p50 is the median second's, other
    latencies and the backlog are those of the worst. Checks were made from every second.
  </p>`;
}

function plotFigure({ id, title, caption, empty }: PlotText, data: PlotData): Markup {
  const head = markup`<figcaption>
    <strong>${title}</strong> <span class="aside">${caption}</span>
  </figcaption>`;
  if (!data.plots.some((plot) => plot.id === id)) {
    return markup`<figure class="plot">
      ${head}
      <p class="aside">${empty}</p>
    </figure>`;
  }
  return markup`<figure class="plot">
    ${head}
    <div class="plot-legend" id="legend-${id}"></div>
    <div
      class="plot-canvas"
      id="plot-${id}"
      tabindex="0"
      role="group"
      aria-label="Plot: ${title}. Arrow keys move the cursor."
    ></div>
  </figure>`;
}

/** Names the bands, which may be too narrow to be labelled in the plot. */
function regimeKey(regimes: readonly Span[]): Markup | null {
  const seconds = new Map<string, number>();
  for (const { name, from, until } of regimes) {
    seconds.set(name, (seconds.get(name) ?? 0) + until - from);
  }
  if (seconds.size === 0) return null;
  return markup`<p class="regime-key">
    Regimes:
    ${[...seconds].map(
      ([name, total]) =>
        markup`<span><i class="regime-${name}"></i>${name} ${formatDuration(total * 1000)}</span> `,
    )}
  </p>`;
}
