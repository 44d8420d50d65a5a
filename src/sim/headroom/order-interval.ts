import { assert } from "../../std/assert.ts";

/** An interval that holds the median of what was sampled from, whatever its distribution. */
export interface OrderInterval {
  /** The sample's median; of an even number the lower of the middle two, which is the safe side. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** How sure it is that the median lies in it, from 0 to 1. */
  readonly coverage: number;
}

/** Asked for; five samples cannot give it (94%), six can. */
const COVERAGE = 0.95;

/**
 * The interval between two order statistics: of n samples, the k-th smallest and the k-th largest
 * hold the median unless fewer than k samples fell on one side of it, and each side is the toss of a
 * coin. The narrowest with 95% is taken; where none has it, least and largest. Nothing is assumed
 * of the distribution, and a sample that is only known to be "at least" or "below" something (given
 * as ±Infinity) counts like any other: a t-interval could do neither.
 */
export function orderInterval(samples: readonly number[]): OrderInterval {
  assert(samples.length > 0, "no interval without a sample");
  const sorted = [...samples].sort((left, right) => left - right);
  const count = sorted.length;
  let rank = 1;
  while (2 * (rank + 1) <= count && coverageOf(rank + 1, count) >= COVERAGE) rank += 1;
  return {
    median: sorted[Math.floor((count - 1) / 2)] as number,
    low: sorted[rank - 1] as number,
    high: sorted[count - rank] as number,
    coverage: coverageOf(rank, count),
  };
}

/** 1 − 2 P(fewer than k of n tosses are heads). */
function coverageOf(rank: number, count: number): number {
  let term = 0.5 ** count;
  let tail = 0;
  for (let heads = 0; heads < rank; heads += 1) {
    tail += term;
    term = (term * (count - heads)) / (heads + 1);
  }
  return Math.max(0, 1 - 2 * tail);
}
