/** The simplex is as small as this, relatively, when it is done. */
const TOLERANCE = 1e-5;
const STEPS_MAX = 2000;

interface Corner {
  readonly at: readonly number[];
  readonly value: number;
}

/**
 * Finds where a function of a few numbers is least, near a start, without its slopes: the downhill
 * simplex of Nelder and Mead (The Computer Journal 7, 1965). `spans` are how far to look at first.
 */
export function minimise(
  objective: (at: readonly number[]) => number,
  start: readonly number[],
  spans: readonly number[],
): readonly number[] {
  const cornerAt = (at: readonly number[]): Corner => ({ at, value: objective(at) });
  let corners = [
    cornerAt(start),
    ...start.map((_, axis) =>
      cornerAt(start.map((value, index) => value + (index === axis ? (spans[axis] ?? 1) : 0))),
    ),
  ];
  for (let step = 0; step < STEPS_MAX; step += 1) {
    corners = corners.toSorted((left, right) => left.value - right.value);
    const [best] = corners as [Corner, ...Corner[]];
    const worst = corners.at(-1) as Corner;
    if (isDone(corners)) return best.at;
    const others = corners.slice(0, -1);
    const middle = start.map(
      (_, axis) => others.reduce((sum, { at }) => sum + (at[axis] as number), 0) / others.length,
    );
    const towards = (factor: number): Corner =>
      cornerAt(middle.map((value, axis) => value + factor * ((worst.at[axis] as number) - value)));
    const replaced = better(towards, best, others.at(-1) as Corner, worst);
    corners =
      replaced === undefined
        ? corners.map(({ at }) =>
            cornerAt(at.map((value, axis) => (value + (best.at[axis] as number)) / 2)),
          )
        : [...others, replaced];
  }
  return (corners.toSorted((left, right) => left.value - right.value)[0] as Corner).at;
}

/** In place of the worst corner; undefined: nothing on its line is better, and all must draw together. */
function better(
  towards: (factor: number) => Corner,
  best: Corner,
  secondWorst: Corner,
  worst: Corner,
): Corner | undefined {
  const reflected = towards(-1);
  if (reflected.value < best.value) {
    const further = towards(-2);
    return further.value < reflected.value ? further : reflected;
  }
  if (reflected.value < secondWorst.value) return reflected;
  const nearer = towards(reflected.value < worst.value ? -0.5 : 0.5);
  return nearer.value < Math.min(reflected.value, worst.value) ? nearer : undefined;
}

function isDone(corners: readonly Corner[]): boolean {
  const [best] = corners as [Corner, ...Corner[]];
  return corners.every(({ at }) =>
    at.every((value, axis) => {
      const other = best.at[axis] as number;
      return Math.abs(value - other) <= TOLERANCE * (Math.abs(other) + TOLERANCE);
    }),
  );
}
