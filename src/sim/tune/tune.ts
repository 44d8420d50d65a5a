import type { CalibrationFacts } from "../report/basis.ts";
import { createRng } from "../../std/rng.ts";
import type { RawOptions } from "../config/resolve-options.ts";
import { assess, isAccepted } from "./assessment.ts";
import {
  distanceFromDefaults,
  drawCandidate,
  halfWayBack,
  keyOf,
  varyCandidate,
  withoutChange,
  type Candidate,
} from "./candidate.ts";
import { limiterSpace, type LimiterSpace, type TunedStrategy } from "./limiter-space.ts";
import { compareRanks, rankOf, type Objective } from "./objective.ts";
import type { Scores } from "./pareto.ts";
import { presetsOf } from "./presets.ts";
import { search, type Found, type Rung, type SearchProblem } from "./search.ts";
import { duePerSecond, stretchesOf, type Stretch, type TunedLoad } from "./stretch.ts";
import { TrialLedger, type RunTrials } from "./trial-ledger.ts";

export interface TuneRequest {
  readonly load: TunedLoad;
  /** What every trial is given beside users, tenants, seed, duration and limiter. */
  readonly options: RawOptions;
  /** Whose figures the model reckons with; undefined: they are assumed. */
  readonly calibration?: CalibrationFacts | undefined;
  readonly strategies: readonly TunedStrategy[];
  readonly objective: Objective;
  /** In full trials. */
  readonly budget: number;
  readonly seed: number;
  /** So many seeds a configuration must pass in the search, and as many others in the end. */
  readonly seedCount: number;
}

type TuneEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "interrupted"; readonly reason: string }
  | { readonly kind: "faulty"; readonly reason: string; readonly fault: unknown };

/** What a search came to, whole or cut short. */
export interface Tuned {
  readonly request: TuneRequest;
  readonly end: TuneEnd;
  /** Why the search drew no more candidates. */
  readonly searchEnd: Found<Candidate>["end"] | "cut";
  readonly spaces: readonly LimiterSpace[];
  readonly stretches: readonly Stretch[];
  /** Seeds of the search, and those that only what it found was held against. */
  readonly seeds: readonly number[];
  readonly freshSeeds: readonly number[];
  readonly presets: readonly Candidate[];
  readonly ledger: TrialLedger;
  /** What broke nothing on any seed, and is best; undefined when nothing was found. */
  readonly recommended: Candidate | undefined;
  /** Passed the search's seeds, and were broken by a fresh one. */
  readonly fallen: readonly Candidate[];
}

export interface TuneWatch {
  /** Ends the search; what is known then is what it came to. */
  readonly signal: AbortSignal;
  /** Hears after each trial. */
  readonly onTrial: (ledger: TrialLedger) => void;
}

const KEEP_ONE_OF = 3;
/** Generations that may find nothing better: one may have been unlucky. */
const PATIENCE = 2;
/** Of what the search found, so many are held against fresh seeds until one stands. */
const FINALISTS_MAX = 20;
/** The settings of a finalist that may turn out not to matter. */
const SIMPLIFICATIONS_MAX = 4;

/** Full trials that are kept for the presets before the search and for the end after it. */
export function reserveOf(strategies: readonly TunedStrategy[], seedCount: number): Reserve {
  return {
    before: seedCount * presetsOf(strategies).length,
    after: seedCount * (SIMPLIFICATIONS_MAX + 2),
  };
}

interface Reserve {
  readonly before: number;
  readonly after: number;
}

/**
 * Searches the limiter's configurations for the best that breaks nothing. The same request finds
 * the same however many trials run at once: what is decided is decided after all trials of a step.
 * Does not reject: what ended it is in the outcome.
 */
export async function tune(
  request: TuneRequest,
  runTrials: RunTrials,
  watch: TuneWatch,
): Promise<Tuned> {
  const tuning = new Tuning(request, new TrialLedger(request.options, runTrials, watch.onTrial));
  try {
    await tuning.run();
    return tuning.conclude({ kind: "complete" });
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    const kind = watch.signal.aborted ? "interrupted" : "faulty";
    return tuning.conclude({ kind, reason, fault });
  }
}

class Tuning {
  readonly #request: TuneRequest;
  readonly #ledger: TrialLedger;
  readonly #spaces: readonly LimiterSpace[];
  readonly #stretches: readonly Stretch[];
  readonly #full: Stretch;
  readonly #seeds: readonly number[];
  readonly #freshSeeds: readonly number[];
  readonly #presets: readonly Candidate[];
  readonly #fallen: Candidate[] = [];
  #recommended: Candidate | undefined;
  #searchEnd: Tuned["searchEnd"] = "cut";

  constructor(request: TuneRequest, ledger: TrialLedger) {
    const { load, strategies, seed, seedCount } = request;
    this.#request = request;
    this.#ledger = ledger;
    this.#spaces = strategies.map((strategy) => limiterSpace(strategy, duePerSecond(load)));
    this.#stretches = stretchesOf(load);
    this.#full = this.#stretches.at(-1) as Stretch;
    this.#seeds = seedsFrom(seed, seedCount);
    this.#freshSeeds = seedsFrom(seed + seedCount, seedCount);
    this.#presets = presetsOf(strategies);
  }

  async run(): Promise<void> {
    const { budget, seed, strategies, seedCount } = this.#request;
    await this.#ledger.evaluate(this.#presets, this.#full, this.#seeds, "preset");
    const { after } = reserveOf(strategies, seedCount);
    const left = budget - this.#ledger.spent - after;
    const rungs = this.#rungs();
    const rng = createRng(seed).fork("tune");
    const options = { budget: left, rungs, keepOneOf: KEEP_ONE_OF, patience: PATIENCE };
    const found = await search(this.#problem(), options, rng);
    this.#searchEnd = found.end;
    await this.#finish();
  }

  conclude(end: TuneEnd): Tuned {
    return {
      request: this.#request,
      end,
      searchEnd: this.#searchEnd,
      spaces: this.#spaces,
      stretches: this.#stretches,
      seeds: this.#seeds,
      freshSeeds: this.#freshSeeds,
      presets: this.#presets,
      ledger: this.#ledger,
      // Cut short, the best that passed the search's seeds is what is known.
      recommended: end.kind === "complete" ? this.#recommended : this.#finalists()[0],
      fallen: this.#fallen,
    };
  }

  /** Cheap trials with one seed, then full ones with some of the seeds, then with all. */
  #rungs(): readonly Rung[] {
    const [first] = this.#seeds;
    const some = this.#seeds.slice(0, Math.ceil(this.#seeds.length / KEEP_ONE_OF));
    const cheap = this.#stretches
      .slice(0, -1)
      .map(({ name, cost }): Rung => ({ name, cost, seeds: first === undefined ? [] : [first] }));
    const { name, cost } = this.#full;
    return [...cheap, { name, cost, seeds: some }, { name, cost, seeds: this.#seeds }];
  }

  #problem(): SearchProblem<Candidate> {
    return {
      first: this.#spaces.map(({ strategy }) => ({ strategy, changes: {} })),
      draw: (rng) => drawCandidate(rng.pick(this.#spaces), rng),
      vary: (parent, other, rng) => varyCandidate(this.#spaceOf(parent), parent, other, rng),
      keyOf,
      groupOf: ({ strategy }) => strategy,
      evaluate: (candidates, rung) =>
        this.#ledger.evaluate(candidates, this.#stretchOf(rung), rung.seeds),
      compare: (left, right, rung) => {
        const rank = (candidate: Candidate): Scores =>
          this.#rank(candidate, this.#stretchOf(rung).name, rung.seeds);
        return compareRanks(rank(left), rank(right));
      },
      improves: (found, before) => compareRanks(this.#mainRank(found), this.#mainRank(before)) < 0,
    };
  }

  #stretchOf({ name }: Rung): Stretch {
    return this.#stretches.find((stretch) => stretch.name === name) ?? this.#full;
  }

  /**
   * Of alike ones that with the fewest changes, then the one nearest to the defaults: on a plateau
   * nothing speaks for going further than to its edge.
   */
  #rank(candidate: Candidate, stretch: Stretch["name"], seeds: readonly number[]): Scores {
    const assessment = assess(this.#ledger.outcomes(candidate, stretch, seeds));
    const distance = distanceFromDefaults(this.#spaceOf(candidate), candidate);
    return [...rankOf(assessment, this.#request.objective), changesOf(candidate), distance];
  }

  #spaceOf({ strategy }: Candidate): LimiterSpace {
    const found = this.#spaces.find((space) => space.strategy === strategy);
    return found ?? { strategy: "paced", dimensions: [] };
  }

  /**
   * Simplifies the best, holds it against fresh seeds, and takes the next when it falls: first on
   * the seeds that have broken others.
   */
  async #finish(): Promise<void> {
    const breaking = new Set<number>();
    for (const finalist of this.#finalists().slice(0, FINALISTS_MAX)) {
      if (!(await this.#stands(finalist, [...breaking], breaking))) continue;
      const simple = await this.#simplify(finalist);
      if (await this.#stands(simple, this.#freshSeeds, breaking)) {
        this.#recommended = simple;
        return;
      }
    }
  }

  /** Whether no seed breaks it; one that does is added to those that break. */
  async #stands(
    candidate: Candidate,
    seeds: readonly number[],
    breaking: Set<number>,
  ): Promise<boolean> {
    await this.#ledger.evaluate([candidate], this.#full, seeds);
    const { broken } = assess(this.#ledger.outcomes(candidate, "full", seeds));
    for (const { seed } of broken) breaking.add(seed);
    if (broken.length > 0) this.#fallen.push(candidate);
    return broken.length === 0;
  }

  /** All that passed every seed of the search, the best first. */
  #finalists(): readonly Candidate[] {
    const { strategies } = this.#request;
    const fallen = new Set(this.#fallen.map(keyOf));
    return this.#ledger.entries
      .map(({ candidate }) => candidate)
      .filter(({ strategy }) => strategies.some((tuned) => tuned === strategy))
      .filter((candidate) => {
        const known = this.#ledger.outcomes(candidate, "full", this.#seeds);
        return known.length === this.#seeds.length && isAccepted(assess(known));
      })
      .filter((candidate) => !fallen.has(keyOf(candidate)))
      .map((candidate) => ({ candidate, rank: this.#fullRank(candidate) }))
      .sort((left, right) => compareRanks(left.rank, right.rank))
      .map(({ candidate }) => candidate);
  }

  /**
   * Leaves out each change, or takes half of it back, as long as nothing gets worse by it: what is
   * by default needs no reason.
   */
  async #simplify(candidate: Candidate): Promise<Candidate> {
    const paths = Object.keys(candidate.changes).slice(0, SIMPLIFICATIONS_MAX);
    const space = this.#spaceOf(candidate);
    const simpler = [
      ...paths.map((path) => withoutChange(candidate, path)),
      ...paths.map((path) => halfWayBack(space, candidate, path)),
    ].slice(0, this.#affordable());
    await this.#ledger.evaluate(simpler, this.#full, this.#seeds, "simplified");
    const best = (left: Candidate, right: Candidate): Candidate =>
      compareRanks(this.#fullRank(left), this.#fullRank(right)) <= 0 ? left : right;
    const chosen = simpler.reduce(best, candidate);
    return chosen === candidate ? candidate : this.#simplify(chosen);
  }

  /** What was asked for alone: the checks that fail, and the objective. */
  #mainRank(candidate: Candidate): Scores {
    return this.#fullRank(candidate).slice(0, 2);
  }

  #fullRank(candidate: Candidate): Scores {
    return this.#rank(candidate, "full", this.#seeds);
  }

  /** How many more candidates can be tried on all seeds, with one left to be held against fresh ones. */
  #affordable(): number {
    const { budget, seedCount } = this.#request;
    return Math.max(0, Math.floor((budget - this.#ledger.spent) / seedCount) - 1);
  }
}

/** How many settings differ from the defaults; a preset counts for its fields. */
function changesOf({ changes, preset }: Candidate): number {
  if (preset !== undefined)
    return preset.name === "default" ? 0 : Object.keys(preset.config).length;
  return Object.keys(changes).length;
}

function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
