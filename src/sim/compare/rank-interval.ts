import { median } from "./robust-fit.ts";

export interface ShiftEstimate {
  readonly shift: number;
  readonly low: number;
  readonly high: number;
  /** What the interval covers at least, 0 to 1; below `asked` where there are too few values. */
  readonly coverage: number;
}

/**
 * By how much the values of one sample lie above those of another, with an interval that holds
 * whatever the distribution: Hodges and Lehmann's estimate and the interval from the rank-sum test
 * (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods", 3rd ed., 2014, section 4.3).
 */
export function estimateShift(
  before: readonly number[],
  after: readonly number[],
  asked = 0.95,
): ShiftEstimate {
  const differences = after
    .flatMap((late) => before.map((early) => late - early))
    .toSorted((left, right) => left - right);
  const tail = (1 - asked) / 2;
  const shares = rankSumShares(before.length, after.length);
  let cut = 0;
  let cumulative = shares[0] ?? 1;
  while (cumulative <= tail) {
    cut += 1;
    cumulative += shares[cut] ?? 1;
  }
  // P(U < cut) in each tail; at least the extremes are taken.
  const below = shares.slice(0, Math.max(1, cut)).reduce((sum, share) => sum + share, 0);
  const place = Math.max(0, cut - 1);
  return {
    shift: median(differences),
    low: differences[place] ?? 0,
    high: differences[differences.length - 1 - place] ?? 0,
    coverage: Math.max(0, 1 - 2 * below),
  };
}

/**
 * How likely each value of Mann and Whitney's U is by chance, from 0 on: by counting how many of the
 * arrangements come to it (the Gaussian binomial coefficient, one factor at a time).
 */
function rankSumShares(early: number, late: number): readonly number[] {
  const size = early * late + 1;
  let shares: number[] = Array.from({ length: size }, (_, index) => (index === 0 ? 1 : 0));
  for (let row = 1; row <= late; row += 1) {
    // times (1 - q^(early + row)) / (1 - q^row)
    for (let index = size - 1; index >= early + row; index -= 1) {
      shares[index] = (shares[index] ?? 0) - (shares[index - early - row] ?? 0);
    }
    for (let index = row; index < size; index += 1) {
      shares[index] = (shares[index] ?? 0) + (shares[index - row] ?? 0);
    }
    // Kept as shares, so that a long history does not overflow.
    const factor = row / (early + row);
    shares = shares.map((share) => share * factor);
  }
  return shares;
}
