import type { Rng } from "../../../std/rng.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** So many letters and digits, drawn from the stream. */
export function randomId(rng: Rng, length: number): string {
  const letters = Array.from({ length }, () => ALPHABET[rng.integer(0, ALPHABET.length - 1)]);
  return letters.join("");
}
