import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fromTheGround,
  nearThreshold,
  searchThreshold,
  thresholdOf,
  type SearchRange,
  type SearchStart,
  type Threshold,
} from "./search-threshold.ts";

function drive(
  range: SearchRange,
  start: SearchStart,
  meets: (load: number) => boolean,
): Threshold {
  const search = searchThreshold(range, start);
  let step = search.next();
  while (step.done !== true) step = search.next(meets(step.value));
  return step.value;
}

const RANGE = { from: 10, to: 10_000, precision: 0.02 };
const loads = ({ asked }: Threshold): readonly number[] => asked.map(({ load }) => load);

describe("searchThreshold", () => {
  test.each([
    // [what, the largest load that passes, expected asked at most]
    ["in the middle", 700, 15],
    ["at the least", 10, 6],
    ["just under the most", 9_999, 18],
  ])("finds it %s: at %d", (_what, limit, most) => {
    const found = drive(RANGE, fromTheGround(RANGE), (load) => load <= limit);
    expect(found.meets).toBeLessThanOrEqual(limit);
    expect(found.fails).toBeGreaterThan(limit);
    const apart = (found.fails as number) - (found.meets as number);
    expect(apart).toBeLessThanOrEqual(Math.max(1, Math.floor((found.meets as number) * 0.02)));
    expect(found.asked.length).toBeLessThanOrEqual(most);
    expect(found.doubts).toEqual([]);
  });

  test("says that even the least fails, after one try and one above", () => {
    const found = drive(RANGE, fromTheGround(RANGE), () => false);
    expect(found).toMatchObject({ meets: null, fails: 10, doubts: [] });
    expect(loads(found)).toEqual([10, 13]);
  });

  test("says that even the most passes", () => {
    const found = drive(RANGE, fromTheGround(RANGE), () => true);
    expect(found).toMatchObject({ meets: 10_000, fails: null });
    expect(loads(found)).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_000]);
  });

  test("asks little where another seed has shown the way", () => {
    const near = drive(RANGE, nearThreshold(705, RANGE), (load) => load <= 700);
    expect(near.meets).toBeGreaterThan(685);
    expect(near.asked.length).toBeLessThanOrEqual(6);
  });

  test("a larger load that passes above one that fails is doubted, and the lower one is the answer", () => {
    const found = drive(RANGE, nearThreshold(690, RANGE), (load) => load <= 700 || load > 800);
    expect(found.meets).toBeLessThanOrEqual(700);
    expect(found.fails).toBeLessThanOrEqual(800);
    expect(found.doubts).toEqual([Math.round((found.fails as number) * 1.25)]);
  });

  test("of a search that was ended early, the bounds are what is known", () => {
    expect(thresholdOf([])).toEqual({ meets: null, fails: null, doubts: [], asked: [] });
    const asked = [
      { load: 10, meets: true },
      { load: 20, meets: true },
      { load: 40, meets: false },
    ];
    expect(thresholdOf(asked)).toMatchObject({ meets: 20, fails: 40 });
  });

  const ranges = fc
    .record({
      from: fc.integer({ min: 1, max: 500 }),
      span: fc.integer({ min: 0, max: 20_000 }),
      precision: fc.constantFrom(0.005, 0.02, 0.1),
    })
    .map(({ from, span, precision }) => ({ from, to: from + span, precision }));
  const starts = fc.record({
    load: fc.integer({ min: 0, max: 30_000 }),
    stride: fc.constantFrom(1.02, 1.08, 2),
  });

  test("law: with monotonic verdicts the limit lies between pass and fail, next to both", () => {
    fc.assert(
      fc.property(ranges, starts, fc.integer({ min: 0, max: 25_000 }), (range, start, limit) => {
        const found = drive(range, start, (load) => load <= limit);
        expect(found.doubts).toEqual([]);
        expect(found.meets === null).toBe(limit < range.from);
        expect(found.fails === null).toBe(limit >= range.to);
        expect(found.meets ?? limit).toBeLessThanOrEqual(limit);
        expect(found.fails ?? limit + 1).toBeGreaterThan(limit);
        expect(found.meets ?? found.fails).toBe(limit < range.from ? range.from : found.meets);
        expect(found.fails ?? found.meets).toBe(limit >= range.to ? range.to : found.fails);
      }),
    );
  });

  test("law: whatever the verdicts, it ends, asks nothing twice and contradicts nothing it saw", () => {
    fc.assert(
      fc.property(ranges, starts, fc.infiniteStream(fc.boolean()), (range, start, verdicts) => {
        const seen = new Map<number, boolean>();
        const found = drive(range, start, (load) => {
          expect(seen.has(load)).toBe(false);
          expect(load).toBeGreaterThanOrEqual(range.from);
          expect(load).toBeLessThanOrEqual(range.to);
          const verdict = verdicts.next().value;
          seen.set(load, verdict);
          return verdict;
        });
        expect(seen.size).toBeLessThan(400);
        const { meets, fails, doubts } = found;
        expect(meets === null || seen.get(meets)).toBe(true);
        expect(fails !== null && seen.get(fails)).toBe(false);
        const least = Math.min(...[...seen].filter(([, one]) => !one).map(([load]) => load));
        expect(fails ?? Infinity).toBe(least);
        expect(doubts).toEqual(
          [...seen]
            .flatMap(([load, one]) => (one && load > least ? [load] : []))
            .sort((a, b) => a - b),
        );
      }),
    );
  });
});
