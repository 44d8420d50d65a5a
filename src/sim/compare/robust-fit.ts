/**
 * Levels and a common scale of figures that have outliers: the most likely ones under Student's t.
 * Four degrees of freedom are the usual choice where they are not estimated (Lange, Little and
 * Taylor, "Robust Statistical Modeling Using the t Distribution", JASA 84, 1989, section 4): a run
 * far out counts little, and it needs no rule that says which run is an outlier.
 */
const DEGREES = 4;
/** Steps of the EM algorithm; the likelihood no longer moves in its third digit after them. */
const STEPS = 10;
/** Makes the median absolute deviation that of a normal distribution: 1 / Φ⁻¹(3/4). */
const NORMAL_DEVIATION = 1.4826;

export interface Fit {
  /** Of the values before the split, and from it on; both are the same where nothing is split. */
  readonly before: number;
  readonly after: number;
  readonly scale: number;
  readonly logLikelihood: number;
}

/**
 * Fits one level (`split` 0) or two: that of the values before index `split`, and that from it on.
 * The scale is never taken for less than `floor`.
 */
export function fitLevels(values: readonly number[], split: number, floor: number): Fit {
  const isSplit = split > 0;
  let before = isSplit ? median(values.slice(0, split)) : 0;
  let after = median(isSplit ? values.slice(split) : values);
  const level = (index: number): number => (index < split ? before : after);
  const distances = values.map((value, index) => Math.abs(value - level(index)));
  let variance = Math.max(median(distances) * NORMAL_DEVIATION, floor) ** 2;
  for (let step = 0; step < STEPS; step += 1) {
    const sums = weightedSums(values, split, { before, after, variance });
    if (isSplit) before = sums.before / sums.weightBefore;
    after = sums.after / sums.weightAfter;
    variance = Math.max(sums.squares / values.length, floor * floor);
  }
  const logLikelihood = logLikelihoodOf(values, split, { before, after, variance });
  return { before: isSplit ? before : after, after, scale: Math.sqrt(variance), logLikelihood };
}

interface Guess {
  readonly before: number;
  readonly after: number;
  readonly variance: number;
}

function weightedSums(values: readonly number[], split: number, guess: Guess) {
  let [before, after, weightBefore, weightAfter, squares] = [0, 0, 0, 0, 0];
  for (const [index, value] of values.entries()) {
    const isBefore = index < split;
    const square = (value - (isBefore ? guess.before : guess.after)) ** 2;
    const weight = (DEGREES + 1) / (DEGREES + square / guess.variance);
    squares += weight * square;
    if (isBefore) {
      before += weight * value;
      weightBefore += weight;
    } else {
      after += weight * value;
      weightAfter += weight;
    }
  }
  return { before, after, weightBefore, weightAfter, squares };
}

/** But for a constant, which cancels where two fits of the same values are compared. */
function logLikelihoodOf(values: readonly number[], split: number, guess: Guess): number {
  let sum = -0.5 * values.length * Math.log(guess.variance);
  for (const [index, value] of values.entries()) {
    const square = (value - (index < split ? guess.before : guess.after)) ** 2;
    sum -= ((DEGREES + 1) / 2) * Math.log(1 + square / guess.variance / DEGREES);
  }
  return sum;
}

/** 0 where there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
