import type { Rng } from "../../std/rng.ts";
import type { Activity } from "./factor-path.ts";
import type { MarketSymbol } from "./symbols.ts";
import { STEP_MS } from "./timeline.ts";
import { UpdateList } from "./update-list.ts";
import { createWeightedPick } from "./weighted-pick.ts";

/**
 * When prices update: a Hawkes process with an exponential kernel, simulated as clusters, whose
 * rate follows the volatility; and on top of it sweeps, bursts of heavy-tailed size. Neither alone
 * gives the measured shape: the first is too tame in its peaks, the second too tame between them.
 */

/** Mean number of updates that one update sets off. Lallouache and Challet measure about 0.8. */
const BRANCHING_RATIO = 0.7;
/** Mean time from an update to one it sets off. */
const OFFSPRING_DELAY_MS = 300;
/** Chance that an update sets off one of the same symbol, rather than of any. */
const SAME_SYMBOL = 0.5;
/** Sizes of sweeps: a Pareto law of this exponent between these bounds. */
const SWEEP_EXPONENT = 1.2;
const SWEEP_SIZE_MIN = 60;
const SWEEP_SIZE_MAX = 1000;
/** Mean time from a sweep's start to one of its updates. */
const SWEEP_DELAY_MS = 80;
/** Chance that a sweep runs through one symbol, rather than through the whole market. */
const SWEEP_ONE_SYMBOL = 0.5;
/** When quoting resumes each symbol prints once, after this mean time, at most a second. */
const FIRST_PRINT_DELAY_MS = 300;

export function createUpdates(
  activity: Activity,
  symbols: readonly MarketSymbol[],
  durationMs: number,
  rng: Rng,
): UpdateList {
  const stage = new UpdateStage(activity, symbols, durationMs, rng.fork("updates"));
  const clusterRng = rng.fork("clusters");
  const clusterRates = activity.updatesPerSecond.map((rate) => rate * (1 - BRANCHING_RATIO));
  for (const atMs of moments(clusterRates, clusterRng)) stage.addCluster(atMs);
  const sweepRng = rng.fork("sweeps");
  for (const atMs of moments(activity.sweepsPerSecond, sweepRng)) stage.addSweep(atMs);
  for (const atMs of resumptions(activity.openness)) stage.addFirstPrints(atMs);
  return stage.updates;
}

/** Adds updates, unless trading is halted or nobody quotes. */
class UpdateStage {
  readonly updates = new UpdateList();
  readonly #openness: Float32Array;
  readonly #symbolCount: number;
  readonly #durationMs: number;
  readonly #rng: Rng;
  readonly #pickSymbol: (rng: Rng) => number;

  constructor(activity: Activity, symbols: readonly MarketSymbol[], durationMs: number, rng: Rng) {
    this.#openness = activity.openness;
    this.#symbolCount = symbols.length;
    this.#durationMs = durationMs;
    this.#rng = rng;
    this.#pickSymbol = createWeightedPick(symbols.map(({ weight }) => weight));
  }

  /** An update and all that descend from it. The stack is bounded, as each has under one child. */
  addCluster(atMs: number): void {
    const waiting = [{ atMs, symbolIndex: this.#pickSymbol(this.#rng) }];
    for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
      if (!this.#add(parent.atMs, parent.symbolIndex)) continue;
      for (let left = poisson(BRANCHING_RATIO, this.#rng); left > 0; left -= 1) {
        waiting.push({
          atMs: parent.atMs + this.#rng.exponential(OFFSPRING_DELAY_MS),
          symbolIndex: this.#rng.chance(SAME_SYMBOL)
            ? parent.symbolIndex
            : this.#pickSymbol(this.#rng),
        });
      }
    }
  }

  addSweep(atMs: number): void {
    const only = this.#rng.chance(SWEEP_ONE_SYMBOL) ? this.#pickSymbol(this.#rng) : undefined;
    for (let left = sweepSize(this.#rng); left > 0; left -= 1) {
      const delayMs = this.#rng.exponential(SWEEP_DELAY_MS);
      this.#add(atMs + delayMs, only ?? this.#pickSymbol(this.#rng));
    }
  }

  addFirstPrints(atMs: number): void {
    for (let symbolIndex = 0; symbolIndex < this.#symbolCount; symbolIndex += 1) {
      const delayMs = Math.min(999, this.#rng.exponential(FIRST_PRINT_DELAY_MS));
      this.#add(atMs + delayMs, symbolIndex);
    }
  }

  #add(atMs: number, symbolIndex: number): boolean {
    if (atMs >= this.#durationMs) return false;
    const openness = this.#openness[Math.floor(atMs / STEP_MS)] ?? 0;
    if (openness === 0 || (openness < 1 && !this.#rng.chance(openness))) return false;
    this.updates.add(Math.floor(atMs), symbolIndex);
    return true;
  }
}

/**
 * Moments of a Poisson process whose rate changes from step to step: unit exponential gaps in the
 * running sum of the rate.
 */
function* moments(ratesPerSecond: Float32Array, rng: Rng): Generator<number> {
  let untilNext = rng.exponential(1);
  for (const [step, ratePerSecond] of ratesPerSecond.entries()) {
    const expected = (ratePerSecond * STEP_MS) / 1000;
    let spent = 0;
    while (untilNext <= expected - spent) {
      spent += untilNext;
      yield (step + spent / expected) * STEP_MS;
      untilNext = rng.exponential(1);
    }
    untilNext -= expected - spent;
  }
}

/** When quoting resumes after a halt or a liquidity gap. */
function* resumptions(openness: Float32Array): Generator<number> {
  for (let step = 1; step < openness.length; step += 1) {
    if ((openness[step - 1] ?? 0) < 1 && openness[step] === 1) yield step * STEP_MS;
  }
}

/** A Pareto variable between two bounds, by inversion of its distribution. */
function sweepSize(rng: Rng): number {
  const cut = 1 - (SWEEP_SIZE_MIN / SWEEP_SIZE_MAX) ** SWEEP_EXPONENT;
  return Math.round(SWEEP_SIZE_MIN * (1 - rng.next() * cut) ** (-1 / SWEEP_EXPONENT));
}

/** A Poisson variable of a small mean, by multiplication of uniforms (Knuth). */
function poisson(mean: number, rng: Rng): number {
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = rng.next(); product > floor; product *= rng.next()) count += 1;
  return count;
}
