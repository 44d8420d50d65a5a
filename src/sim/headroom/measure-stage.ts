import type { Result } from "../report/result.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { sameCause, type Binding } from "./binding.ts";
import type { BindingVotes, Bound, Headroom, SeedResult, StageResult } from "./headroom-result.ts";
import { orderInterval } from "./order-interval.ts";
import { nameOf } from "./remedy.ts";
import {
  nearThreshold,
  searchThreshold,
  thresholdOf,
  type SearchRange,
  type SearchStart,
  type Threshold,
} from "./search-threshold.ts";
import { trialOf, type Situation } from "./situation.ts";
import { summarizeTrial, type TrialSummary } from "./trial-summary.ts";

export type RunTrial = (spec: TrialSpec, signal: AbortSignal) => Promise<Result>;

/** What a search needs of the world, and tells it. */
export interface HeadroomWorld {
  readonly runTrial: RunTrial;
  /** Ends the search early, with the bounds known so far. */
  readonly signal: AbortSignal;
  readonly onTrialBegun: (load: number, seed: number) => void;
  readonly onTrial: (summary: TrialSummary) => void;
  readonly onSeed: (seed: SeedResult) => void;
}

/** The trials of one situation: no load and seed is run twice. */
export class TrialLedger {
  readonly #situation: Situation;
  readonly #world: HeadroomWorld;
  readonly #known = new Map<string, Promise<TrialSummary>>();

  constructor(situation: Situation, world: HeadroomWorld) {
    this.#situation = situation;
    this.#world = world;
  }

  ask(load: number, seed: number): Promise<TrialSummary> {
    const key = `${load}/${seed}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const asked = this.#run(load, seed);
    this.#known.set(key, asked);
    return asked;
  }

  async #run(load: number, seed: number): Promise<TrialSummary> {
    const { runTrial, signal, onTrialBegun, onTrial } = this.#world;
    signal.throwIfAborted();
    onTrialBegun(load, seed);
    const result = await runTrial(trialOf(this.#situation, load, seed), signal);
    const summary = summarizeTrial(result, load, seed);
    onTrial(summary);
    return summary;
  }
}

export interface StagePlan {
  readonly range: SearchRange;
  readonly seeds: readonly number[];
  readonly start: SearchStart;
}

export type MeasuredStage = Pick<StageResult, "seeds" | "headroom" | "binding">;

/**
 * Each seed's threshold by a search of its own. The first seed shows the others where to begin;
 * these go on side by side, and none hears of another, so that nothing depends on which is faster.
 */
export async function measureStage(
  ledger: TrialLedger,
  { range, seeds, start }: StagePlan,
  world: HeadroomWorld,
): Promise<MeasuredStage> {
  const [first, ...others] = seeds;
  if (first === undefined) return { seeds: [], headroom: null, binding: null };
  const pilot = await searchSeed(ledger, range, start, first, world);
  const near = nextStart(pilot, range);
  const rest = await Promise.all(
    others.map((seed) => searchSeed(ledger, range, near, seed, world)),
  );
  return stageOf([pilot, ...rest], range);
}

function stageOf(seeds: readonly SeedResult[], range: SearchRange): MeasuredStage {
  return {
    seeds,
    headroom: headroomOf(seeds, range),
    binding: votesOf(seeds.flatMap(({ binding }) => binding ?? [])),
  };
}

/**
 * A stage with more trials known than its searches made. One that fails below a threshold that was
 * found puts that in doubt, and the lower one is the answer.
 */
export function restateStage(
  stage: MeasuredStage,
  more: readonly TrialSummary[],
  range: SearchRange,
): MeasuredStage {
  const seeds = stage.seeds.map((one): SeedResult => {
    const trials = [...one.trials, ...more.filter(({ seed }) => seed === one.seed)];
    return { ...one, ...foundIn(trials) };
  });
  return stageOf(seeds, range);
}

function foundIn(
  trials: readonly TrialSummary[],
): Pick<SeedResult, "meets" | "fails" | "doubts" | "binding"> {
  const { meets, fails, doubts } = thresholdOf(trials);
  const binding = trials.find(({ load }) => load === fails)?.binding ?? null;
  return { meets, fails, doubts: [...new Set(doubts)], binding };
}

function nextStart({ meets, fails }: Threshold | SeedResult, range: SearchRange): SearchStart {
  return nearThreshold(meets ?? fails ?? range.from, range);
}

async function searchSeed(
  ledger: TrialLedger,
  range: SearchRange,
  start: SearchStart,
  seed: number,
  world: HeadroomWorld,
): Promise<SeedResult> {
  const trials: TrialSummary[] = [];
  const search = searchThreshold(range, start);
  let step = search.next();
  let cut = false;
  while (step.done !== true) {
    try {
      const trial = await ledger.ask(step.value, seed);
      trials.push(trial);
      step = search.next(trial.meets);
    } catch (error) {
      if (!world.signal.aborted) throw error;
      cut = true;
      break;
    }
  }
  const result = { seed, ...foundIn(trials), cut, trials };
  world.onSeed(result);
  return result;
}

/** Of the seeds whose search came to its end. */
function headroomOf(seeds: readonly SeedResult[], range: SearchRange): Headroom | null {
  const ended = seeds.filter(({ cut }) => !cut);
  if (ended.length === 0) return null;
  const samples = ended.map(({ meets, fails }) =>
    fails === null ? Infinity : (meets ?? -Infinity),
  );
  const { median, low, high, coverage } = orderInterval(samples);
  const bound = (sample: number): Bound => {
    if (sample === Infinity) return { kind: "at-least", load: range.to };
    if (sample === -Infinity) return { kind: "below", load: range.from };
    return { kind: "load", load: sample };
  };
  return {
    median: bound(median),
    low: bound(low),
    high: bound(high),
    coverage,
    everySeed: bound(Math.min(...samples)),
  };
}

/** The cause that most seeds name; of as many the one that was named first. */
export function votesOf(bindings: readonly Binding[]): BindingVotes | null {
  const votes: { readonly binding: Binding; seeds: number }[] = [];
  for (const binding of bindings) {
    const known = votes.find((vote) => sameCause(vote.binding, binding));
    if (known === undefined) votes.push({ binding, seeds: 1 });
    else known.seeds += 1;
  }
  const [most, ...others] = votes
    .map((vote) => ({ ...vote, name: nameOf(vote.binding) }))
    .sort((left, right) => right.seeds - left.seeds);
  if (most === undefined) return null;
  return { ...most, others: others.map(({ name, seeds }) => ({ name, seeds })) };
}
