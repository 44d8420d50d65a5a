/** A smaller case, and how it is called: "users 60 → 30". */
export interface Reduction<Case> {
  readonly label: string;
  readonly smaller: Case;
}

/** One aspect of a case: how it could be smaller, the boldest step first. */
export type Aspect<Case> = (present: Case) => readonly Reduction<Case>[];

export interface ShrinkSearch<Case> {
  readonly aspects: readonly Aspect<Case>[];
  /**
   * Of these cases, in their order, the first that fails as the whole did; undefined when none does.
   * Rejects when the search is to end.
   */
  readonly firstFailing: (cases: readonly Case[]) => Promise<number | undefined>;
  readonly onStep?: (taken: Reduction<Case>) => void;
}

/**
 * Makes a failing case smaller, aspect by aspect and for as long as any step of any aspect still
 * fails: in the end none does, so nothing can be left out of it by itself. (The idea is delta
 * debugging's: A. Zeller, R. Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002.)
 * Every step must make the case smaller by some measure, or the search would not end.
 */
export async function shrinkCase<Case>(
  failing: Case,
  { aspects, firstFailing, onStep }: ShrinkSearch<Case>,
): Promise<Case> {
  let smallest = failing;
  // Cases that do not fail, so that none is tried twice.
  const sound = new Set<string>();
  for (let untouched = 0, next = 0; untouched < aspects.length; next += 1) {
    const reductions = (aspects[next % aspects.length]?.(smallest) ?? []).filter(
      ({ smaller }) => !sound.has(JSON.stringify(smaller)),
    );
    const found = await firstFailing(reductions.map(({ smaller }) => smaller));
    for (const { smaller } of reductions.slice(0, found)) sound.add(JSON.stringify(smaller));
    const taken = found === undefined ? undefined : reductions[found];
    if (taken === undefined) {
      untouched += 1;
      continue;
    }
    smallest = taken.smaller;
    onStep?.(taken);
    // The same aspect once more, and then all the others.
    untouched = 0;
    next -= 1;
  }
  return smallest;
}

/** Whole numbers below `value`, the least first, then half way back, and so on up to the next below. */
export function smallerNumbers(value: number, least: number): readonly number[] {
  const smaller: number[] = [];
  for (let gap = value - least; gap >= 1; gap = Math.floor(gap / 2)) smaller.push(value - gap);
  return smaller;
}
