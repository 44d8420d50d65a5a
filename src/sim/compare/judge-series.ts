import { chanceOf } from "./chance.ts";
import { RUNS_AFTER_MIN, RUNS_BEFORE_MIN, scanForChange } from "./change-scan.ts";
import { estimateShift, type ShiftEstimate } from "./rank-interval.ts";
import { median } from "./robust-fit.ts";
import type { Track } from "./track.ts";

/** Runs that a series needs before anything in it can be told. */
export const RUNS_MIN = RUNS_BEFORE_MIN + RUNS_AFTER_MIN;

/**
 * Evidence below which nothing is told, whatever the drawn histories say: without a change, one look
 * in some 200 comes to it, in noise of any kind that was tried (docs/nightly.md).
 */
const EVIDENCE_MIN = 5;

/**
 * Noise is taken for this much larger than it was fitted: a fit to a dozen runs errs by a quarter, and
 * noise swells by some 30 % from week to week, which the drawn series do not know.
 */
const NOISE_ALLOWANCE = 1.4;

export interface JudgeRules {
  /** The least change told, as a share: 0.1 is 10 % more, or less by the same factor. */
  readonly least: number;
  /** How often a look at a lane without a change may raise a false alarm. */
  readonly chanceMax: number;
}

/** A change of a figure's level. Indexes are those of the series' runs. */
export interface Change {
  readonly metric: string;
  readonly unit: string;
  /** The first run at the new level, and the last at the old one. */
  readonly since: number;
  readonly before: number;
  /** The run by which it was told. */
  readonly told: number;
  readonly direction: "worse" | "better";
  /** Of logarithms. */
  readonly size: ShiftEstimate;
  /** Typical values before and after, in the figure's unit. */
  readonly from: number;
  readonly to: number;
  /** How likely a look at a lane without any change shows this much. */
  readonly chance: number;
}

/**
 * Looks at a series as it was looked at night after night: after each run from the first possible
 * one, at all figures. A change that was told is known in the looks that follow. Oldest first.
 */
export function judgeSeries(
  tracks: readonly Track[],
  runs: number,
  rules: JudgeRules,
): readonly Change[] {
  // So many figures, so many chances of a false alarm in every look (Bonferroni).
  const chanceMax = rules.chanceMax / Math.max(1, tracks.length);
  const changes = tracks.flatMap((track) => judgeTrack(track, { ...rules, chanceMax }));
  return changes
    .filter(({ told }) => told < runs)
    .toSorted((left, right) => left.told - right.told);
}

function judgeTrack(track: Track, { least, chanceMax }: JudgeRules): readonly Change[] {
  const found: Told[] = [];
  const leastShift = Math.log(1 + least);
  for (let length = RUNS_MIN; length <= track.logs.length; length += 1) {
    const logs = track.logs.slice(0, length);
    const known = found.map(({ split }) => split);
    const candidate = scanForChange(logs, known, { leastShift, floor: track.floor });
    if (candidate === undefined || candidate.evidence < EVIDENCE_MIN) continue;
    const ratio = (candidate.scale * NOISE_ALLOWANCE) / leastShift;
    const chance = chanceOf({ evidence: candidate.evidence, length, ratio });
    if (chance <= chanceMax) found.push({ split: candidate.split, told: length - 1, chance });
  }
  return found.map((told, index) => changeOf(track, told, found[index - 1], found[index + 1]));
}

/** A change of a track; indexes are the track's. */
interface Told {
  readonly split: number;
  readonly told: number;
  readonly chance: number;
}

/** Its size is that of all runs between the changes before and after it, later ones included. */
function changeOf(
  track: Track,
  told: Told,
  last: Told | undefined,
  next: Told | undefined,
): Change {
  const { metric, unit, runs, logs, better } = track;
  const before = logs.slice(last?.split ?? 0, told.split);
  const after = logs.slice(told.split, next?.split ?? logs.length);
  const size = estimateShift(before, after);
  return {
    metric,
    unit,
    since: runs[told.split] ?? 0,
    before: runs[told.split - 1] ?? 0,
    told: runs[told.told] ?? 0,
    direction: size.shift > 0 === (better === "lower") ? "worse" : "better",
    size,
    from: Math.exp(median(before)),
    to: Math.exp(median(after)),
    chance: told.chance,
  };
}
