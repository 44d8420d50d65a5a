import type { HistoryEntry, HistoryFigure } from "../history/history-entry.ts";
import { median } from "./robust-fit.ts";

/** Two standard errors are this much of a 95 % interval. */
const INTERVAL_WIDTH = 2 * 1.96;
/** No figure is known better than this: a histogram's steps, a run's last second. */
const FLOOR_MIN = 0.005;

/** One figure over the runs of a series. */
export interface Track {
  readonly metric: string;
  readonly unit: string;
  readonly better: HistoryFigure["better"];
  /** Indexes of the runs that have it, and its logarithm in each of them. */
  readonly runs: readonly number[];
  readonly logs: readonly number[];
  /** What the runs' own samples leave open, typically: noise is never taken for less. */
  readonly floor: number;
}

/**
 * The figures of runs that may be compared. Logarithms: noise and change of a latency are shares of
 * it. A figure of zero or less has none and is left out of its run.
 */
export function tracksOf(entries: readonly HistoryEntry[]): readonly Track[] {
  const tracks = new Map<
    string,
    { figure: HistoryFigure; runs: number[]; figures: HistoryFigure[] }
  >();
  for (const [run, entry] of entries.entries()) {
    for (const figure of entry.figures) {
      if (figure.value <= 0) continue;
      const track = tracks.get(figure.metric) ?? { figure, runs: [], figures: [] };
      tracks.set(figure.metric, track);
      track.runs.push(run);
      track.figures.push(figure);
    }
  }
  return [...tracks].map(([metric, { figure, runs, figures }]) => ({
    metric,
    unit: figure.unit,
    better: figure.better,
    runs,
    logs: figures.map(({ value }) => Math.log(value)),
    floor: Math.max(FLOOR_MIN, median(figures.map(standardError))),
  }));
}

/** Of the logarithm. */
function standardError({ value, low, high, events }: HistoryFigure): number {
  // A count of n scatters by its root (Poisson).
  if (events !== undefined) return 1 / Math.sqrt(events + 0.5);
  if (low === undefined || high === undefined || low <= 0) return 0;
  return Math.abs(Math.log(high / value) - Math.log(low / value)) / INTERVAL_WIDTH;
}
