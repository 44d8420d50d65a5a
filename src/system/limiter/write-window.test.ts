import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HORIZON_MS, WriteWindow } from "./write-window.ts";

interface Sent {
  readonly atMs: number;
  readonly cost: number;
}

/** The most writes in any window [t, t + windowMs); such a window starts at a send. */
function worstWindow(sent: readonly Sent[], windowMs: number): number {
  const ordered = sent.toSorted((a, b) => a.atMs - b.atMs);
  let worst = 0;
  let first = 0;
  let inside = 0;
  for (const { atMs, cost } of ordered) {
    inside += cost;
    while ((ordered[first]?.atMs ?? atMs) <= atMs - windowMs) inside -= ordered[first++]?.cost ?? 0;
    worst = Math.max(worst, inside);
  }
  return worst;
}

describe("WriteWindow", () => {
  test("no window is ever over the limit, whatever the order times are taken in", () => {
    const step = fc.record({
      cost: fc.integer({ min: 1, max: 20 }),
      passedMs: fc.double({ min: 0, max: 400, noNaN: true }),
      aheadMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5000, noNaN: true })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const window = new WriteWindow(1000);
        const sent: Sent[] = [];
        let nowMs = 12_345.6;
        for (const { cost, passedMs, aheadMs } of steps) {
          nowMs += passedMs;
          window.advance(nowMs);
          const atMs = window.firstFit(cost, nowMs + aheadMs, 40);
          expect(atMs).toBeGreaterThanOrEqual(nowMs + aheadMs);
          if (atMs === undefined) continue;
          window.take(cost, atMs);
          sent.push({ atMs, cost });
        }
        expect(worstWindow(sent, 1000)).toBeLessThanOrEqual(40);
      }),
    );
  });

  test("fills the window to the brim, then waits for the whole span", () => {
    const window = new WriteWindow(1000);
    window.advance(0);
    for (let write = 0; write < 40; write += 1) {
      expect(window.firstFit(1, 0, 40)).toBe(0);
      window.take(1, 0);
    }
    expect(window.spanMs).toBe(1010);
    expect(window.firstFit(1, 0, 40)).toBe(1010);
  });

  test("fills a gap before a time already taken", () => {
    const window = new WriteWindow(1000);
    window.advance(0);
    window.take(40, 5000);
    expect(window.firstFit(40, 0, 40)).toBe(0);
    expect(window.firstFit(1, 4500, 40)).toBe(6010);
  });

  test("finds nothing beyond the horizon", () => {
    const window = new WriteWindow(1000);
    window.advance(0);
    expect(window.firstFit(1, HORIZON_MS + 20, 40)).toBeUndefined();
  });

  test("forgets what lies behind, after a short pause and after a very long one", () => {
    for (const pauseMs of [2000, 100 * HORIZON_MS]) {
      const window = new WriteWindow(1000);
      window.advance(0);
      window.take(40, 0);
      window.advance(pauseMs);
      expect(window.firstFit(40, pauseMs, 40)).toBe(pauseMs);
    }
  });
});
