import type { Rng } from "../../std/rng.ts";

const DEGREES = 4;

/**
 * Noise of scale 1 with the tails that fits assume (robust-fit.ts): Student's t with four degrees of
 * freedom, a normal number over the root of the mean of four squares of others.
 */
export function drawNoise(rng: Rng): number {
  let squares = 0;
  for (let degree = 0; degree < DEGREES; degree += 1) squares += rng.normal() ** 2;
  return rng.normal() / Math.sqrt(squares / DEGREES);
}
