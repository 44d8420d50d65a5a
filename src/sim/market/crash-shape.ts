/**
 * The course of a flash crash over its regime's time, modelled on 6 May 2010: prices slide faster
 * and faster, buyers vanish, the price falls through the gap in one jump, and about half of the
 * loss comes back. Progress runs from 0 to 1 over the regime.
 */

/** How far the common factor falls, as a logarithm: exp(-0.22) - 1 = -20%. */
const CRASH_LOG_DEPTH = 0.22;

const SLIDE_FROM = 0.15;
const GAP_FROM = 0.25;
const JUMP_AT = 0.3;
const GAP_UNTIL = 0.35;
const BOTTOM_UNTIL = 0.45;
/** Share of the depth lost in the slide; the jump takes the rest. */
const SLIDE_SHARE = 0.4;
/** Share of the whole loss that comes back, and how fast, in progress. */
const RECOVERED_SHARE = 0.5;
const RECOVERY_TIME = 0.2;
/** Share of updates that still come while nobody quotes. */
const GAP_OPENNESS = 0.03;

/**
 * Log displacement of the price at a moment of the crash. `before` is the displacement that
 * earlier crashes left: recovery works on the whole, so crashes in a row stay bounded.
 */
export function crashDisplacement(progress: number, before: number): number {
  if (progress < SLIDE_FROM) return before;
  const bottom = before - CRASH_LOG_DEPTH;
  if (progress < JUMP_AT) {
    const slid = Math.min(1, (progress - SLIDE_FROM) / (GAP_FROM - SLIDE_FROM));
    return before - CRASH_LOG_DEPTH * SLIDE_SHARE * slid ** 2;
  }
  if (progress < BOTTOM_UNTIL) return bottom;
  const recovered = 1 - Math.exp(-(progress - BOTTOM_UNTIL) / RECOVERY_TIME);
  return bottom * (1 - RECOVERED_SHARE * recovered);
}

/** Share of updates that come through at a moment of the crash. */
export function crashOpenness(progress: number): number {
  return progress >= GAP_FROM && progress < GAP_UNTIL ? GAP_OPENNESS : 1;
}
