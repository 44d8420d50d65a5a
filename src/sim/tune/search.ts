import type { Rng } from "../../std/rng.ts";

/** How well candidates are tried, from cheap to dear. */
export interface Rung {
  readonly name: string;
  /** What one trial of it costs, in full trials. */
  readonly cost: number;
  readonly seeds: readonly number[];
}

/** What is searched: candidates, and how they are made, told apart and tried. */
export interface SearchProblem<C> {
  /** Tried first, before anything is drawn. */
  readonly first: readonly C[];
  readonly draw: (rng: Rng) => C;
  readonly vary: (parent: C, other: C, rng: Rng) => C;
  /** Candidates of one key are one. */
  readonly keyOf: (candidate: C) => string;
  /** The best of each group goes on from the first rung: a rough trial must not decide between groups. */
  readonly groupOf: (candidate: C) => string;
  /** Tries candidates on a rung, all of its seeds. */
  readonly evaluate: (candidates: readonly C[], rung: Rung) => Promise<void>;
  /** Of two tried on that rung: negative when the left one is better. 0 leaves them in their order. */
  readonly compare: (left: C, right: C, rung: Rung) => number;
  /** Of two tried on the last rung: whether the first is worth going on for. */
  readonly improves: (found: C, before: C) => boolean;
}

export interface SearchOptions {
  /** In full trials; it is not exceeded. */
  readonly budget: number;
  /** Each tries what the one before has kept. Seeds of a rung that an earlier one had are free. */
  readonly rungs: readonly Rung[];
  /** One of so many goes on to the next rung. */
  readonly keepOneOf: number;
  /** After so many generations that have found nothing better, the search has settled. */
  readonly patience: number;
}

export interface Found<C> {
  /** What reached the last rung, the best first. */
  readonly candidates: readonly C[];
  /** Why it ended: the budget was spent, nothing better was found for long, or nothing is left. */
  readonly end: "spent" | "settled" | "exhausted";
}

/** Of the best so far, so many are parents of new candidates. */
const PARENTS_MAX = 6;
/** From the second generation on, this share of new candidates is varied from parents. */
const VARIED_SHARE = 0.6;
/** So often a candidate that was tried before is drawn again. */
const DRAWS_MAX = 20;
/** A generation of fewer candidates than this sorts out nothing. */
const GENERATION_MIN = 2;

/**
 * Successive halving in generations: each draws new candidates, tries them cheaply, keeps the best
 * part, tries that better, and so on; the next generation is drawn around the best of all before.
 * (Jamieson and Talwalkar, 2016, https://arxiv.org/abs/1502.07943, with several brackets as in
 * Hyperband, https://arxiv.org/abs/1603.06560.)
 */
export async function search<C>(
  problem: SearchProblem<C>,
  options: SearchOptions,
  rng: Rng,
): Promise<Found<C>> {
  const { rungs, keepOneOf, patience } = options;
  const seen = new Set<string>();
  let candidates: readonly C[] = [];
  let left = options.budget;
  let withoutGain = 0;
  for (let generation = 0; withoutGain < patience; generation += 1) {
    const size = largestSize(rungs, keepOneOf, left);
    if (size < GENERATION_MIN) return { candidates, end: "spent" };
    const parents = candidates.slice(0, PARENTS_MAX);
    const drawn = nextGeneration(problem, { size, parents, seen }, rng.fork(`${generation}`));
    if (drawn.length === 0) return { candidates, end: "exhausted" };
    const { kept, cost } = await climb(problem, drawn, rungs, keepOneOf);
    left -= cost;
    const [before] = candidates;
    candidates = sorted(problem, [...candidates, ...kept], rungs.at(-1));
    const [best] = candidates;
    const isGain = best !== undefined && (before === undefined || problem.improves(best, before));
    withoutGain = isGain ? 0 : withoutGain + 1;
  }
  return { candidates, end: "settled" };
}

interface Brood<C> {
  readonly size: number;
  readonly parents: readonly C[];
  /** Keys of all that were tried; the new ones are added. */
  readonly seen: Set<string>;
}

/** New candidates, none of them tried before. */
function nextGeneration<C>(
  { first, draw, vary, keyOf }: SearchProblem<C>,
  { size, parents, seen }: Brood<C>,
  rng: Rng,
): readonly C[] {
  const brood: C[] = [];
  const add = (candidate: C): boolean => {
    const key = keyOf(candidate);
    if (seen.has(key)) return false;
    seen.add(key);
    brood.push(candidate);
    return true;
  };
  for (const candidate of first) if (brood.length < size) add(candidate);
  for (let draws = 0; brood.length < size && draws < size * DRAWS_MAX; draws += 1) {
    const isVaried = parents.length > 0 && rng.chance(VARIED_SHARE);
    add(isVaried ? vary(rng.pick(parents), rng.pick(parents), rng) : draw(rng));
  }
  return brood;
}

async function climb<C>(
  problem: SearchProblem<C>,
  drawn: readonly C[],
  rungs: readonly Rung[],
  keepOneOf: number,
): Promise<{ readonly kept: readonly C[]; readonly cost: number }> {
  let kept = drawn;
  let cost = 0;
  for (const [index, rung] of rungs.entries()) {
    cost += rungCost(rungs, index) * kept.length;
    await problem.evaluate(kept, rung);
    const ranked = sorted(problem, kept, rung);
    if (index === rungs.length - 1) return { kept: ranked, cost };
    const count = Math.ceil(kept.length / keepOneOf);
    kept = index === 0 ? bestOfGroups(problem, ranked, count) : ranked.slice(0, count);
  }
  return { kept, cost };
}

/** So many of the best, and in any case the best of each group while there is room. */
function bestOfGroups<C>(
  { groupOf }: SearchProblem<C>,
  ranked: readonly C[],
  count: number,
): readonly C[] {
  const leaders = new Map<string, C>();
  for (const candidate of ranked) {
    const group = groupOf(candidate);
    if (!leaders.has(group)) leaders.set(group, candidate);
  }
  const chosen = new Set([...leaders.values()].slice(0, count));
  for (const candidate of ranked) if (chosen.size < count) chosen.add(candidate);
  return ranked.filter((candidate) => chosen.has(candidate));
}

function sorted<C>(
  { compare }: SearchProblem<C>,
  candidates: readonly C[],
  rung: Rung | undefined,
): readonly C[] {
  if (rung === undefined) return candidates;
  return [...candidates].sort((left, right) => compare(left, right, rung));
}

/** Of one candidate on one rung: only seeds that no earlier rung of the same trials has had. */
function rungCost(rungs: readonly Rung[], index: number): number {
  const rung = rungs[index];
  if (rung === undefined) return 0;
  const same = rungs.slice(0, index).filter(({ name }) => name === rung.name);
  const had = new Set(same.flatMap(({ seeds }) => seeds));
  return rung.cost * rung.seeds.filter((seed) => !had.has(seed)).length;
}

/** How many candidates a generation may have, at most a full one, and stay within the budget. */
function largestSize(rungs: readonly Rung[], keepOneOf: number, budget: number): number {
  let size = keepOneOf ** (rungs.length - 1);
  while (size > 0 && generationCost(rungs, keepOneOf, size) > budget) size -= 1;
  return size;
}

function generationCost(rungs: readonly Rung[], keepOneOf: number, size: number): number {
  let left = size;
  let cost = 0;
  for (const index of rungs.keys()) {
    cost += left * rungCost(rungs, index);
    left = Math.ceil(left / keepOneOf);
  }
  return cost;
}
