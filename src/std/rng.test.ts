import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, hash32 } from "./rng.ts";

function draws(count: number, next: () => number): readonly number[] {
  return Array.from({ length: count }, next);
}

describe("createRng", () => {
  test("the same seed gives the same numbers, another seed others", () => {
    const [one, same, other] = [createRng(7), createRng(7), createRng(8)];
    const first = draws(20, () => one.next());
    expect(draws(20, () => same.next())).toEqual(first);
    expect(draws(20, () => other.next())).not.toEqual(first);
  });

  test("the stream is what it was: a change would break every saved seed", () => {
    const rng = createRng(1);
    expect(draws(3, () => rng.integer(0, 999_999))).toMatchInlineSnapshot(`
      [
        874355,
        540364,
        54734,
      ]
    `);
  });

  test("a fork depends on seed and name, not on how much was drawn", () => {
    const fresh = createRng(3).fork("actor");
    const used = createRng(3);
    draws(1000, () => used.next());
    expect(used.fork("actor").next()).toBe(fresh.next());
    expect(createRng(3).fork("other").next()).not.toBe(createRng(3).fork("actor").next());
  });

  test("numbers fall evenly: 10 buckets of 100,000 draws within 3 % of each other", () => {
    const rng = createRng(5);
    const buckets = Array.from({ length: 10 }, () => 0);
    for (const value of draws(100_000, () => rng.next())) buckets[Math.floor(value * 10)]! += 1;
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(300);
  });

  test("integers stay in their range and reach both ends", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -50, max: 50 }), (seed, minimum) => {
        const rng = createRng(seed);
        const values = draws(200, () => rng.integer(minimum, minimum + 3));
        expect(Math.min(...values)).toBe(minimum);
        expect(Math.max(...values)).toBe(minimum + 3);
      }),
      { numRuns: 30 },
    );
  });

  test("normal numbers have mean 0 and deviation 1, exponential ones their mean", () => {
    const rng = createRng(11);
    const normals = draws(50_000, () => rng.normal());
    const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
    const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    const waits = draws(50_000, () => rng.exponential(4));
    expect(waits.reduce((sum, value) => sum + value, 0) / waits.length).toBeCloseTo(4, 1);
  });

  test("picking from nothing and an empty range are faults of the program", () => {
    expect(() => createRng(1).pick([])).toThrow(/empty/);
    expect(() => createRng(1).integer(2, 1)).toThrow(/empty/);
  });
});

test("hash32 spreads names that differ in one character", () => {
  const hashes = new Set(
    Array.from({ length: 1000 }, (_, index) => hash32(`tenant-${index}`) % 64),
  );
  expect(hashes.size).toBe(64);
});
