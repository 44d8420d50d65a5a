import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedList } from "./sorted-list.ts";

const compare = (left: number, right: number): number => left - right;

describe("SortedList", () => {
  it("is what sorting an array after every change would be", () => {
    const anyItem = fc.integer({ min: 0, max: 3000 });
    const anyStep = fc.record({ item: anyItem, adds: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(
        fc.uniqueArray(anyItem, { maxLength: 1500, minLength: 1200 }),
        fc.array(anyStep, { maxLength: 400 }),
        anyItem,
        (first, steps, place) => {
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
          expect(removals.filter(([found, expected]) => found !== expected)).toEqual([]);
          expect(list.size).toBe(sorted.length);
          expect([...list.ascending()]).toEqual(sorted);
          expect([...list.descending()]).toEqual(sorted.toReversed());
          expect([...list.ascending(isBefore)]).toEqual(sorted.filter((item) => item >= place));
          expect([...list.descending(isBefore)]).toEqual(sorted.filter(isBefore).toReversed());
          expect(list.countBefore(isBefore)).toBe(sorted.filter(isBefore).length);
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
    expect([...list.ascending()]).toEqual(items.toSorted(compare));
    expect(items.every((item) => list.remove(item))).toBe(true);
    expect([list.size, ...list.ascending(), ...list.descending()]).toEqual([0]);
    expect(list.remove(1)).toBe(false);
  });
});
