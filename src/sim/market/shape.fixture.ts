/** Figures that tell a clustered count series from a Poisson one. */
export interface CountShape {
  readonly mean: number;
  /** The largest second as a multiple of the mean. */
  readonly peakToMean: number;
  /** Variance of the counts a second as a multiple of their mean: 1 for Poisson. */
  readonly varianceToMean: number;
}

export function shapeOf(counts: readonly number[]): CountShape {
  const mean = meanOf(counts);
  const variance = meanOf(counts.map((count) => (count - mean) ** 2));
  const peak = counts.reduce((most, count) => Math.max(most, count), 0);
  return { mean, peakToMean: peak / mean, varianceToMean: variance / mean };
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(meanOf(values.map((value) => value ** 2)));
}

/** Pearson's correlation. */
export function correlationOf(left: readonly number[], right: readonly number[]): number {
  const [leftMean, rightMean] = [meanOf(left), meanOf(right)];
  const product = meanOf(
    left.map((value, index) => (value - leftMean) * ((right[index] ?? 0) - rightMean)),
  );
  const spread = (values: readonly number[], mean: number) =>
    rootMeanSquare(values.map((value) => value - mean));
  return product / (spread(left, leftMean) * spread(right, rightMean));
}

/** Events in each whole second. */
export function countPerSecond(momentsMs: Iterable<number>, seconds: number): readonly number[] {
  const counts = Array.from({ length: seconds }, () => 0);
  for (const momentMs of momentsMs) {
    const second = Math.floor(momentMs / 1000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts;
}
