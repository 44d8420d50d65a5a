import type { MarketSpec, Regime } from "../config/scenario.ts";

/** Length of one step of the price process. Regimes begin and end on steps. */
export const STEP_MS = 100;

/** One stay in a regime. */
export interface Segment {
  readonly regime: Regime;
  readonly startMs: number;
  readonly endMs: number;
}

/** Which regime holds when; the list of regimes repeats for ever. */
export interface Timeline {
  segmentAt(elapsedMs: number): Segment;
}

export function createTimeline(regimes: MarketSpec["regimes"]): Timeline {
  const cycle = cycleOf(regimes);
  const cycleMs = cycle.at(-1)?.endMs ?? STEP_MS;
  let last: Segment = { regime: "calm", startMs: 0, endMs: 0 };
  return {
    segmentAt(elapsedMs) {
      // Whoever asks next mostly asks about the same segment.
      if (elapsedMs >= last.startMs && elapsedMs < last.endMs) return last;
      const cycleStartMs = Math.floor(elapsedMs / cycleMs) * cycleMs;
      const segment = findSegment(cycle, elapsedMs - cycleStartMs);
      last = {
        regime: segment.regime,
        startMs: cycleStartMs + segment.startMs,
        endMs: cycleStartMs + segment.endMs,
      };
      return last;
    },
  };
}

/** The first pass through the list, rounded to whole steps; a regime takes at least one. */
function cycleOf(regimes: MarketSpec["regimes"]): readonly Segment[] {
  let startMs = 0;
  return regimes.map(({ regime, seconds }) => {
    const steps = Math.max(1, Math.round((seconds * 1000) / STEP_MS));
    const segment = { regime, startMs, endMs: startMs + steps * STEP_MS };
    startMs = segment.endMs;
    return segment;
  });
}

/** Binary search for the segment that holds the moment. */
function findSegment(cycle: readonly Segment[], elapsedMs: number): Segment {
  let low = 0;
  let high = cycle.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cycle[middle] as Segment).endMs > elapsedMs) high = middle;
    else low = middle + 1;
  }
  return cycle[low] as Segment;
}
