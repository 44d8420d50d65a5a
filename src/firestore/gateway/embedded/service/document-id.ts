import type { Rng } from "../../../../std/rng.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Twenty letters and digits, as Firestore's own: evenly spread, so that they make no hot range. */
export function newDocumentId(rng: Rng): string {
  let id = "";
  for (let index = 0; index < 20; index += 1) id += LETTERS[rng.integer(0, LETTERS.length - 1)];
  return id;
}
