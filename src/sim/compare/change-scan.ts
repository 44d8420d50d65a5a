import { fitLevels, median } from "./robust-fit.ts";

/** Runs that a level must hold before a change is told: fewer could be chance, or one bad night. */
export const RUNS_AFTER_MIN = 3;
/** Runs that must tell the level before. */
export const RUNS_BEFORE_MIN = 10;
/** How many runs back a change may lie. Older ones were told when they were young. */
const RUNS_AFTER = [3, 4, 5, 6, 7, 8, 10, 12, 15, 20];

export interface ScanRules {
  /** The least change worth telling, as a difference of logarithms. */
  readonly leastShift: number;
  /** The least scale of the noise, as a share. */
  readonly floor: number;
}

/** The likeliest change of level in a series. */
export interface Candidate {
  /** Index of the first value at the new level. */
  readonly split: number;
  /** New level less the old one; of logarithms, so 0.18 is 20 % more. */
  readonly shift: number;
  /** Log-likelihood ratio of two levels against one. */
  readonly evidence: number;
  /** Of the noise about both levels. */
  readonly scale: number;
}

/**
 * Looks for the last change of level in a series of logarithms: the split at which two levels
 * explain it best (the likelihood-ratio statistic for a change at an unknown point: Hawkins, Qiu and
 * Kang, "The Changepoint Model for Statistical Process Control", J. Quality Technology 35, 2003; here
 * of Student's t). Changes known already are given as the indexes where levels began: what lies
 * before them is moved onto the present level and goes on telling how large the noise is.
 * undefined: none of at least `leastShift`.
 */
export function scanForChange(
  values: readonly number[],
  known: readonly number[],
  { leastShift, floor }: ScanRules,
): Candidate | undefined {
  let best: Candidate | undefined;
  const from = known.at(-1) ?? 0;
  const older = centred(values, known);
  for (const runs of RUNS_AFTER) {
    const split = values.length - runs;
    const isYoung = known.length > 0 && split - from < RUNS_AFTER_MIN;
    if (split < RUNS_BEFORE_MIN || isYoung) break;
    const present = values.slice(from, split);
    const level = median(present);
    const after = values.slice(split);
    // A cheap look before the dear one: levels fitted robustly lie near the medians.
    if (Math.abs(median(after) - level) < leastShift / 2) continue;
    if (!isKept(after, level, leastShift / 2)) continue;
    const all = [...older, ...values.slice(from).map((value) => value - level)];
    const two = fitLevels(all, split, floor);
    const shift = two.after - two.before;
    if (Math.abs(shift) < leastShift) continue;
    const evidence = two.logLikelihood - fitLevels(all, 0, floor).logLikelihood;
    if (evidence > (best?.evidence ?? 0)) best = { split, shift, evidence, scale: two.scale };
  }
  return best;
}

/**
 * Whether the runs keep to the new side of the old level, all but one in five. Without this, two bad
 * nights out of three look like a change.
 */
function isKept(after: readonly number[], level: number, least: number): boolean {
  const side = Math.sign(median(after) - level);
  const strays = after.filter((value) => (value - level) * side < least);
  return strays.length <= after.length / 5;
}

/** The values of all levels but the last, each less its level. */
function centred(values: readonly number[], known: readonly number[]): readonly number[] {
  return known.flatMap((end, index) => {
    const level = values.slice(index === 0 ? 0 : known[index - 1], end);
    const middle = median(level);
    return level.map((value) => value - middle);
  });
}
