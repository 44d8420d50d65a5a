import { decodedFields } from "../data/encoded-fields.ts";
import { documentSize } from "../data/value-size.ts";
import type { PreviousFields } from "./admission.ts";
import type { DatabaseState } from "./database-state.ts";

/** Documents' sizes together, as Firestore counts them, of those that somebody knows. */
export function knownBytes(
  state: DatabaseState,
  previous: PreviousFields,
  paths: readonly string[],
): number {
  let bytes = 0;
  for (const path of paths) {
    const told = previous(state.name, path);
    const found = told === "unknown" ? state.memory.get(path) : told;
    if (found === undefined || found === "none") continue;
    bytes += documentSize(path, decodedFields(found));
  }
  return bytes;
}
