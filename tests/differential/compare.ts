import { knownDifference } from "./known-differences.ts";
import type { Observation } from "./observe.ts";

/** The first thing that two servers answered differently. */
export interface Disagreement {
  readonly label: string;
  readonly ours: Observation | undefined;
  readonly theirs: Observation | undefined;
}

/**
 * The first difference between the two lists that is not known, or undefined. Codes and contents
 * count, texts do not.
 * After a difference the databases may be different, so that what follows tells nothing.
 */
export function compare(
  ours: readonly Observation[],
  theirs: readonly Observation[],
): Disagreement | undefined {
  for (let index = 0; index < Math.max(ours.length, theirs.length); index += 1) {
    const one = ours[index];
    const other = theirs[index];
    if (one === undefined || other === undefined) {
      return { label: (one ?? other)?.label ?? "", ours: one, theirs: other };
    }
    if (same(one, other)) continue;
    const known = knownDifference(one, other);
    if (known === undefined) return { label: one.label, ours: one, theirs: other };
    if (known.ends) return undefined;
  }
  return undefined;
}

function same(one: Observation, other: Observation): boolean {
  return (
    one.label === other.label &&
    one.code === other.code &&
    one.lines.length === other.lines.length &&
    one.lines.every((line, index) => line === other.lines[index])
  );
}
