import fc from "fast-check";
import { expect, test } from "vitest";
import { scatteredPages } from "./visit-order.ts";

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

test("everybody is visited once, and neighbours stay together", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 60 }), (count, pageSize) => {
      const pages = scatteredPages(numbers(count), pageSize);
      expect(pages.flat().toSorted((left, right) => left - right)).toEqual(numbers(count));
      for (const page of pages) {
        expect(page.length).toBeLessThanOrEqual(pageSize);
        expect(page).toEqual(page.map((_, offset) => (page[0] ?? 0) + offset));
      }
    }),
  );
});

test("any few pages in a row lie in different parts of the key space", () => {
  // 10,000 users in pages of 50: at 500 writes a second a page takes about a second.
  const pages = scatteredPages(numbers(10_000), 50);
  for (let turn = 0; turn + 8 <= pages.length; turn += 1) {
    const inQuarter = [0, 0, 0, 0];
    for (const page of pages.slice(turn, turn + 8)) {
      const quarter = Math.floor((page[0] ?? 0) / 2500);
      inQuarter[quarter] = (inQuarter[quarter] ?? 0) + 1;
    }
    expect(Math.max(...inQuarter), `from page ${turn}`).toBeLessThanOrEqual(3);
  }
});

test("one page is visited as it is", () => {
  expect(scatteredPages(numbers(3), 10)).toEqual([[0, 1, 2]]);
  expect(scatteredPages([], 10)).toEqual([]);
});
