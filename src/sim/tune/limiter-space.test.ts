import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../std/rng.ts";
import { parseLimiterConfig } from "../../system/limiter/config.ts";
import {
  configInput,
  distanceFromDefaults,
  drawCandidate,
  fullConfig,
  halfWayBack,
  keyOf,
  sharedConfig,
  varyCandidate,
  withoutChange,
  type Candidate,
} from "./candidate.ts";
import { placeOf, valueAt } from "./dimension.ts";
import { limiterSpace, TUNED_STRATEGIES } from "./limiter-space.ts";

const strategy = fc.constantFrom(...TUNED_STRATEGIES);
/** From ten users on a slow pulse to a hundred thousand on a fast one. */
const duePerSecond = fc.double({ min: 0.1, max: 100_000, noNaN: true });
const seed = fc.integer({ min: 0, max: 1_000_000 });

function isValid(config: unknown): boolean {
  return parseLimiterConfig(config).kind === "valid";
}

describe("the space of limiter configurations", () => {
  it("has only settings that exist, within what the schema accepts", () => {
    fc.assert(
      fc.property(strategy, duePerSecond, (name, due) => {
        const { dimensions } = limiterSpace(name, due);
        for (const dimension of dimensions) {
          const { path, min, max } = dimension;
          expect(min).toBeLessThan(max);
          for (const value of [min, max, valueAt(dimension, 0.5)]) {
            expect([path, value, isValid(configOf(path, value))]).toEqual([path, value, true]);
          }
        }
        expect(new Set(dimensions.map(({ path }) => path)).size).toBe(dimensions.length);
      }),
    );
  });

  it("draws and varies valid candidates only, for any share of the load", () => {
    fc.assert(
      fc.property(strategy, duePerSecond, seed, (name, due, from) => {
        const space = limiterSpace(name, due);
        const rng = createRng(from);
        let parent = drawCandidate(space, rng);
        for (let step = 0; step < 8; step += 1) {
          const other = drawCandidate(space, rng);
          for (const one of [parent, other]) {
            expect(isValid(configInput(one))).toBe(true);
            expect(isValid(sharedConfig(one, 4))).toBe(true);
            expect(Object.keys(one.changes).length).toBeGreaterThan(0);
          }
          parent = varyCandidate(space, parent, other, rng);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("reaches everywhere: each setting is drawn, low and high", () => {
    for (const name of TUNED_STRATEGIES) {
      const space = limiterSpace(name, 300);
      const rng = createRng(1);
      const drawn = Array.from({ length: 600 }, () => drawCandidate(space, rng));
      for (const dimension of space.dimensions) {
        const places = drawn.flatMap(({ changes }) => {
          const value = changes[dimension.path];
          return value === undefined ? [] : [placeOf(dimension, value)];
        });
        expect(Math.min(...places)).toBeLessThan(0.2);
        expect(Math.max(...places)).toBeGreaterThan(0.8);
      }
    }
  });

  it("finds the place of a value again, as near as two digits tell", () => {
    fc.assert(
      fc.property(strategy, fc.double({ min: 0, max: 1, noNaN: true }), (name, place) => {
        for (const dimension of limiterSpace(name, 300).dimensions) {
          const value = valueAt(dimension, place);
          expect(valueAt(dimension, placeOf(dimension, value))).toBeCloseTo(value, 6);
        }
      }),
    );
  });
});

describe("a candidate", () => {
  const space = limiterSpace("paced", 300);
  const one: Candidate = {
    strategy: "paced",
    changes: { batch_write_limit: 1000, "tuning.guardMs": 100 },
  };

  it("says only what it changes", () => {
    expect(configInput(one)).toEqual({ batch_write_limit: 1000, tuning: { guardMs: 100 } });
    expect(fullConfig(one)).toMatchObject({ doc_write_limit: 50, tuning: { guardMs: 100 } });
  });

  it("is the same configuration as another way to say it", () => {
    const byDefault: Candidate = { strategy: "paced", changes: { batch_write_limit: 500 } };
    const preset = { name: "default", config: { batch_write_limit: 500, doc_write_limit: 50 } };
    expect(keyOf(byDefault)).toBe(keyOf({ strategy: "paced", changes: {} }));
    expect(keyOf(byDefault)).toBe(keyOf({ strategy: "paced", changes: {}, preset }));
    expect(keyOf(byDefault)).not.toBe(keyOf({ ...byDefault, strategy: "adaptive" }));
    expect(keyOf(byDefault)).not.toBe(keyOf(one));
  });

  it("divides rates among parts, and leaves times and shares", () => {
    expect(sharedConfig(one, 4)).toMatchObject({
      batch_write_limit: 250,
      doc_write_limit: 50,
      tuning: { guardMs: 100, ramp: { startPerSecond: 125 } },
    });
    const slow: Candidate = { strategy: "paced", changes: { batch_write_limit: 3 } };
    expect(sharedConfig(slow, 4)).toMatchObject({ batch_write_limit: 2 });
  });

  it("goes back to the defaults, a change at a time", () => {
    expect(withoutChange(one, "tuning.guardMs").changes).toEqual({ batch_write_limit: 1000 });
    // Half way on a logarithmic scale: between 500 and 1,000.
    expect(halfWayBack(space, one, "batch_write_limit").changes["batch_write_limit"]).toBe(710);
    const distances = [one, halfWayBack(space, one, "batch_write_limit")].map((candidate) =>
      distanceFromDefaults(space, candidate),
    );
    expect(distances[1]).toBeLessThan(distances[0]!);
    expect(distanceFromDefaults(space, { strategy: "paced", changes: {} })).toBe(0);
  });
});

function configOf(path: string, value: number): unknown {
  return configInput({ strategy: "paced", changes: { [path]: value } });
}
