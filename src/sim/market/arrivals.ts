import { assert } from "../../std/assert.ts";
import type { Rng } from "../../std/rng.ts";
import type { ClientLoad } from "../config/scenario.ts";
import type { Market } from "./market.ts";

export interface ArrivalsOptions {
  /** Mean rate before the stages' factors. */
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly kind: ClientLoad["arrivals"];
  /** Factors by share of the duration; the last one holds until the end. */
  readonly stages: ClientLoad["stages"];
  /** Whose updates arrivals of kind `market` follow. */
  readonly market: Pick<Market, "updatesPerSecond">;
}

/** A stretch of time in which the rate does not change. */
interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly ratePerSecond: number;
}

/**
 * The schedule of an open model: the moments (ms from the start, in order) at which operations are
 * meant to begin, whatever became of earlier ones.
 *
 * Every kind walks through the running sum of the rate, Λ(t) = ∫ rate dt. `constant` places an
 * arrival at each Λ = ½, 1½, 2½ …; the others put exponential gaps of mean 1 between them, which
 * is a Poisson process of that rate. `market` takes the rate in proportion to the market's updates
 * in each second, scaled so that every stage keeps its mean. Where a stage has no updates at all
 * (trading is halted throughout), its rate is even.
 */
export function* createArrivals(options: ArrivalsOptions, rng: Rng): Generator<number, undefined> {
  assert(options.ratePerSecond >= 0, `a rate of ${options.ratePerSecond} a second`);
  const isEven = options.kind === "constant";
  let untilNext = isEven ? 0.5 : rng.exponential(1);
  for (const { startMs, endMs, ratePerSecond } of stretchesOf(options)) {
    const ratePerMs = ratePerSecond / 1000;
    let atMs = startMs;
    // Of Λ and not of time: in a sliver of a second moments may lie closer than numbers do.
    let left = (endMs - startMs) * ratePerMs;
    while (untilNext < left) {
      left -= untilNext;
      atMs = Math.min(endMs, atMs + untilNext / ratePerMs);
      yield atMs;
      untilNext = isEven ? 1 : rng.exponential(1);
    }
    untilNext -= left;
  }
}

function stretchesOf(options: ArrivalsOptions): readonly Stretch[] {
  const stages = stagesOf(options);
  if (options.kind !== "market") return stages;
  const updates = options.market.updatesPerSecond();
  return stages.flatMap((stage) => followUpdates(stage, updates));
}

function stagesOf({ stages, durationMs, ratePerSecond }: ArrivalsOptions): readonly Stretch[] {
  let startMs = 0;
  return stages.map(({ untilShare, factor }, index) => {
    const endMs = index === stages.length - 1 ? durationMs : untilShare * durationMs;
    const stretch = { startMs, endMs, ratePerSecond: ratePerSecond * factor };
    startMs = endMs;
    return stretch;
  });
}

/** Cuts a stage at whole seconds and weights each by its updates. */
function followUpdates(stage: Stretch, updatesPerSecond: readonly number[]): readonly Stretch[] {
  const cut: { startMs: number; endMs: number; updates: number }[] = [];
  for (let startMs = stage.startMs; startMs < stage.endMs;) {
    const second = Math.floor(startMs / 1000);
    const endMs = Math.min(stage.endMs, (second + 1) * 1000);
    cut.push({ startMs, endMs, updates: updatesPerSecond[second] ?? 0 });
    startMs = endMs;
  }
  const weigh = cut.reduce(
    (sum, { startMs, endMs, updates }) => sum + (endMs - startMs) * updates,
    0,
  );
  if (weigh === 0) return [stage];
  const perUpdate = (stage.ratePerSecond * (stage.endMs - stage.startMs)) / weigh;
  return cut.map(({ startMs, endMs, updates }) => ({
    startMs,
    endMs,
    ratePerSecond: updates * perUpdate,
  }));
}
