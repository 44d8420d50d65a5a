import { RUNS_AFTER_MIN } from "./change-scan.ts";
import type { Change } from "./judge-series.ts";
import { fitLevels } from "./robust-fit.ts";
import type { Track } from "./track.ts";

/** The newest run of a figure lies far from its level. Not a change yet: one night tells nothing. */
export interface OutOfLine {
  readonly metric: string;
  readonly unit: string;
  readonly direction: "worse" | "better";
  readonly level: number;
  readonly value: number;
  /** So many scales of the noise. */
  readonly scales: number;
}

/** Further out than 1 in 100 runs of the noise that fits assume. */
const SCALES_MIN = 4;

export function outOfLine(
  track: Track,
  changes: readonly Change[],
  { least }: { readonly least: number },
): readonly OutOfLine[] {
  const { metric, unit, better, runs, logs, floor } = track;
  const last = changes.findLast((change) => change.metric === metric);
  const from = last === undefined ? 0 : runs.indexOf(last.since);
  const before = logs.slice(from, -1);
  const newest = logs.at(-1);
  if (newest === undefined || before.length < RUNS_AFTER_MIN) return [];
  const { after: level, scale } = fitLevels(before, 0, floor);
  const distance = newest - level;
  if (Math.abs(distance) < Math.max(Math.log(1 + least), SCALES_MIN * scale)) return [];
  return [
    {
      metric,
      unit,
      direction: distance > 0 === (better === "lower") ? "worse" : "better",
      level: Math.exp(level),
      value: Math.exp(newest),
      scales: Math.abs(distance) / scale,
    },
  ];
}
