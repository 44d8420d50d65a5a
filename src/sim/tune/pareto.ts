/** The smaller, the better, each. */
export type Scores = readonly number[];

/** Whether the first is in nothing worse than the second, and in something better. */
export function dominates(first: Scores, second: Scores): boolean {
  let isBetter = false;
  for (const [index, score] of first.entries()) {
    const other = second[index] ?? Infinity;
    if (score > other) return false;
    if (score < other) isBetter = true;
  }
  return isBetter;
}

/** Those that nothing dominates, in their order. Of equal ones, the first stands for all. */
export function paretoFront<T>(candidates: readonly T[], scoresOf: (one: T) => Scores): T[] {
  const scored = candidates.map((candidate) => ({ candidate, scores: scoresOf(candidate) }));
  return scored
    .filter(({ scores }, index) =>
      scored.every(
        (other, place) =>
          !dominates(other.scores, scores) &&
          (place >= index || other.scores.some((score, axis) => score !== scores[axis])),
      ),
    )
    .map(({ candidate }) => candidate);
}
