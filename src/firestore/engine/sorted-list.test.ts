import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedList, type Stretch } from "./sorted-list.ts";

const compare = (left: number, right: number): number => left - right;

const always = (): boolean => true;
const never = (): boolean => false;

/** What a stretch shows in either direction, and the first item of each. */
function shown(stretch: Stretch<number>): {
  readonly up: readonly number[];
  readonly down: readonly number[];
  readonly ends: readonly number[];
} {
  const up: number[] = [];
  const down: number[] = [];
  const ends: number[] = [];
  stretch.ascend((item) => up.push(item) > 0);
  stretch.descend((item) => down.push(item) > 0);
  stretch.ascend((item) => ends.push(item) < 0);
  stretch.descend((item) => ends.push(item) < 0);
  return { up, down, ends };
}

describe("SortedList", () => {
  it("is what sorting an array after every change would be", () => {
    const anyItem = fc.integer({ min: 0, max: 3000 });
    const anyStep = fc.record({ item: anyItem, adds: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(
        fc.uniqueArray(anyItem, { maxLength: 1500, minLength: 1200 }),
        fc.array(anyStep, { maxLength: 400 }),
        anyItem,
        anyItem,
        (first, steps, place, length) => {
          const list = new SortedList(compare, first);
          const model = new Set(first);
          const removals: [boolean, boolean][] = [];
          for (const { item, adds } of steps) {
            const isNew = adds > 0 && !model.has(item);
            if (isNew) list.add(item);
            else removals.push([list.remove(item), model.delete(item)]);
            if (isNew) model.add(item);
          }
          const sorted = [...model].sort(compare);
          const isBefore = (item: number): boolean => item < place;
          const isBeforeEnd = (item: number): boolean => item < place + length;
          expect(removals.filter(([found, expected]) => found !== expected)).toEqual([]);
          expect(list.size).toBe(sorted.length);
          for (const [start, end, expected] of [
            [never, always, sorted],
            [isBefore, always, sorted.filter((item) => item >= place)],
            [never, isBefore, sorted.filter(isBefore)],
            [isBefore, isBeforeEnd, sorted.filter((item) => !isBefore(item) && isBeforeEnd(item))],
            [isBeforeEnd, isBefore, []],
          ] as const) {
            const stretch = list.between(start, end);
            expect(stretch.size).toBe(expected.length);
            expect(shown(stretch)).toEqual({
              up: expected,
              down: expected.toReversed(),
              ends: expected.length === 0 ? [] : [expected[0], expected.at(-1)],
            });
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("grows from nothing and shrinks to nothing", () => {
    const list = new SortedList(compare);
    const items = Array.from({ length: 3000 }, (_, index) => (index * 7919) % 3001);
    items.forEach((item) => {
      list.add(item);
    });
    expect(shown(list.between(never, always)).up).toEqual(items.toSorted(compare));
    expect(items.every((item) => list.remove(item))).toBe(true);
    expect([list.size, list.between(never, always).size]).toEqual([0, 0]);
    expect(shown(list.between(never, always))).toEqual({ up: [], down: [], ends: [] });
    expect(list.remove(1)).toBe(false);
  });
});
