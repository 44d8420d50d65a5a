import type { FieldPath } from "../data/document.ts";
import { FirestoreError } from "../data/status.ts";

const SIMPLE = /^[A-Za-z_][A-Za-z_0-9]*$/;
const SEGMENT = /(?:([A-Za-z_][A-Za-z_0-9]*)|`((?:[^`\\]|\\[^])*)`)(\.|$)/y;

// The emulator's words.
const EMPTY = "Invalid empty property path string.";
const RULE =
  String.raw`Unquoted property paths must match regex ([a-zA-Z_][a-zA-Z_0-9]*), and quoted property paths must match regex (\x60(?:[^\x60\\]|(?:\\.))+\x60)`.replaceAll(
    String.raw`\x60`,
    "`",
  );

/**
 * Reads a field path as it is on the wire: names joined by dots, and what is no plain identifier
 * between backticks, with a backslash before a backtick or backslash.
 * @throws FirestoreError INVALID_ARGUMENT
 */
export function parseFieldPath(text: string): FieldPath {
  if (SIMPLE.test(text)) return [text];
  if (text === "") throw new FirestoreError("INVALID_ARGUMENT", EMPTY);
  const path: string[] = [];
  SEGMENT.lastIndex = 0;
  let joined = true;
  while (joined) {
    const match = SEGMENT.exec(text);
    if (match === null) throw invalid(text);
    const [, plain, quoted, end] = match;
    const name = plain ?? quoted?.replaceAll(/\\([^])/g, "$1") ?? "";
    if (name === "") throw invalid(text);
    path.push(name);
    joined = end === ".";
  }
  return path;
}

export function formatFieldPath(path: FieldPath): string {
  return path
    .map((name) => (SIMPLE.test(name) ? name : `\`${name.replaceAll(/[`\\]/g, String.raw`\$&`)}\``))
    .join(".");
}

function invalid(text: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", `Invalid property path "${text}". ${RULE}`);
}
