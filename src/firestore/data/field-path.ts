import { compareStrings } from "./compare-strings.ts";
import type { FieldPath } from "./document.ts";
import { FirestoreError } from "./status.ts";

/** Stands for the document's name wherever a field path may stand. */
export const NAME_FIELD: FieldPath = ["__name__"];

const SIMPLE = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const SEGMENT = /(?:([a-zA-Z_][a-zA-Z_0-9]*)|`((?:[^`\\]|\\.)+)`)(\.|$)/y;

/** Reads `a.\`b.c\`` as ["a", "b.c"]. Refuses what Firestore refuses, in the emulator's words. */
export function parseFieldPath(text: string): FieldPath {
  if (SIMPLE.test(text)) return [text];
  if (text === "") {
    throw new FirestoreError("INVALID_ARGUMENT", "Invalid empty property path string.");
  }
  const names: string[] = [];
  SEGMENT.lastIndex = 0;
  for (let ended = false; !ended;) {
    const match = SEGMENT.exec(text);
    if (match === null) throw invalidFieldPath(text);
    names.push(match[1] ?? (match[2] ?? "").replaceAll(/\\(.)/gs, "$1"));
    ended = match[3] === "";
  }
  return names;
}

function invalidFieldPath(text: string): FirestoreError {
  return new FirestoreError(
    "INVALID_ARGUMENT",
    `Invalid property path "${text}". Unquoted property paths must match regex ` +
      "([a-zA-Z_][a-zA-Z_0-9]*), and quoted property paths must match regex " +
      "(`(?:[^`\\\\]|(?:\\\\.))+`)",
  );
}

/** The opposite of parseFieldPath. */
export function formatFieldPath(path: FieldPath): string {
  return path
    .map((name) => (SIMPLE.test(name) ? name : `\`${name.replaceAll(/[`\\]/g, "\\$&")}\``))
    .join(".");
}

export function isNameField(path: FieldPath): boolean {
  return path.length === 1 && path[0] === "__name__";
}

/** Name by name, each in UTF-8 order; a path before those beneath it. Quotes do not count. */
export function compareFieldPaths(left: FieldPath, right: FieldPath): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const difference = compareStrings(left[index] as string, right[index] as string);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function sameFieldPath(left: FieldPath, right: FieldPath): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
