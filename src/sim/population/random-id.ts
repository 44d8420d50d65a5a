import type { Rng } from "../../std/rng.ts";

const CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Lengths of the IDs that Firebase Auth and Firestore's clients make up. */
export const UID_LENGTH = 28;
export const AUTO_ID_LENGTH = 20;

/** Letters and digits drawn evenly, so that documents scatter over the key space. */
export function randomId(length: number, rng: Rng): string {
  let id = "";
  while (id.length < length) id += CHARACTERS[rng.integer(0, CHARACTERS.length - 1)] ?? "";
  return id;
}
