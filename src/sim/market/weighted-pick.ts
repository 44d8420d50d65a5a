import { assert } from "../../std/assert.ts";
import type { Rng } from "../../std/rng.ts";

/** Draws indexes in proportion to the weights, by binary search in their running sum. */
export function createWeightedPick(weights: readonly number[]): (rng: Rng) => number {
  assert(weights.length > 0, "a weighted pick needs at least one weight");
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    sum += weight;
    sums[index] = sum;
  }
  return (rng) => {
    const target = rng.next() * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
