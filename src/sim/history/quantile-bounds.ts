/** Two-sided 95 % of a normal distribution. */
const NORMAL_95 = 1.96;

/**
 * Between which shares of the samples the true quantile lies, 95 %: the number of samples below it
 * is binomial, whatever their distribution (Conover, "Practical Nonparametric Statistics", 3rd ed.,
 * section 3.2), here by its normal approximation. Assumes samples that are independent of each other;
 * latencies of one second are not quite, so the bounds are the least that must be allowed for.
 */
export function quantileBounds(count: number, share: number): { low: number; high: number } {
  const half = NORMAL_95 * Math.sqrt((share * (1 - share)) / count);
  return { low: Math.max(0, share - half), high: Math.min(1, share + half) };
}
