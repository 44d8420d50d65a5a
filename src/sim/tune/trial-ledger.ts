import type { RawOptions } from "../config/resolve-options.ts";
import type { Result } from "../report/result.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { configInput, keyOf, sharedConfig, type Candidate } from "./candidate.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";
import type { Stretch } from "./stretch.ts";

/** How a candidate came about. */
export type Origin = "preset" | "drawn" | "simplified";

/** A candidate, and all that was seen of it. */
export interface Entry {
  /** "c12": in the order in which they were first tried. */
  readonly id: string;
  readonly candidate: Candidate;
  readonly origin: Origin;
  readonly outcomes: ReadonlyMap<Stretch["name"], ReadonlyMap<number, Outcome>>;
}

/** Runs trials: the results in the order of the specs, each told as it comes. */
export type RunTrials = (
  specs: readonly TrialSpec[],
  onResult: (result: Result, index: number) => void,
) => Promise<unknown>;

interface OpenEntry extends Entry {
  readonly outcomes: Map<Stretch["name"], Map<number, Outcome>>;
}

interface Request {
  readonly entry: OpenEntry;
  readonly seed: number;
  readonly spec: TrialSpec;
}

/** Remembers every trial, so that none is made twice, and what is known when a search is ended. */
export class TrialLedger {
  readonly #options: RawOptions;
  readonly #runTrials: RunTrials;
  readonly #onTrial: (ledger: TrialLedger) => void;
  readonly #entries = new Map<string, OpenEntry>();
  #spent = 0;
  #trials = 0;

  /** `options`: what all trials share. `onTrial` hears after each. */
  constructor(
    options: RawOptions,
    runTrials: RunTrials,
    onTrial: (ledger: TrialLedger) => void = () => undefined,
  ) {
    this.#options = options;
    this.#runTrials = runTrials;
    this.#onTrial = onTrial;
  }

  get entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /** In full trials. */
  get spent(): number {
    return this.#spent;
  }

  get trials(): number {
    return this.#trials;
  }

  entryOf(candidate: Candidate, origin: Origin = "drawn"): Entry {
    return this.#open(candidate, origin);
  }

  outcomes(candidate: Candidate, stretch: Stretch["name"], seeds: readonly number[]): Outcome[] {
    const known = this.#open(candidate, "drawn").outcomes.get(stretch);
    return seeds.flatMap((seed) => known?.get(seed) ?? []);
  }

  /** What the trials would cost that are not known yet, in full ones. */
  costOf(candidate: Candidate, stretch: Stretch, seeds: readonly number[]): number {
    const known = this.outcomes(candidate, stretch.name, seeds).length;
    return stretch.cost * (seeds.length - known);
  }

  /** Tries each candidate with each seed, unless that is known. */
  async evaluate(
    candidates: readonly Candidate[],
    stretch: Stretch,
    seeds: readonly number[],
    origin: Origin = "drawn",
  ): Promise<void> {
    const requests = candidates.flatMap((candidate) => {
      const entry = this.#open(candidate, origin);
      const known = entry.outcomes.get(stretch.name);
      return seeds
        .filter((seed) => known?.has(seed) !== true)
        .map((seed): Request => ({ entry, seed, spec: this.specOf(candidate, stretch, seed) }));
    });
    if (requests.length === 0) return;
    await this.#runTrials(
      requests.map(({ spec }) => spec),
      (result, index) => this.#note(requests[index], stretch, result),
    );
  }

  specOf(candidate: Candidate, stretch: Stretch, seed: number): TrialSpec {
    const { users, tenants, durationMs, parts } = stretch;
    const { strategy, preset, changes } = candidate;
    const common = { ...this.#options, users, tenants, seed, duration: durationMs };
    const options = { ...common, limiter: strategy };
    if (parts > 1) return { options, limiterConfig: sharedConfig(candidate, parts) };
    // By its name, so that a command can say it.
    if (preset !== undefined && Object.keys(changes).length === 0) {
      return { options: { ...options, limiterConfig: preset.name } };
    }
    return { options, limiterConfig: configInput(candidate) };
  }

  #note(request: Request | undefined, stretch: Stretch, result: Result): void {
    if (request === undefined) return;
    const { entry, seed } = request;
    const known = entry.outcomes.get(stretch.name) ?? new Map<number, Outcome>();
    entry.outcomes.set(stretch.name, known.set(seed, outcomeOf(result)));
    this.#spent += stretch.cost;
    this.#trials += 1;
    this.#onTrial(this);
  }

  #open(candidate: Candidate, origin: Origin): OpenEntry {
    const key = keyOf(candidate);
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const id = `c${this.#entries.size + 1}`;
    const entry: OpenEntry = { id, candidate, origin, outcomes: new Map() };
    this.#entries.set(key, entry);
    return entry;
  }
}
