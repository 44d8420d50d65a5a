import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng, type Rng } from "../../std/rng.ts";
import { dominates, paretoFront, type Scores } from "./pareto.ts";
import { search, type Rung, type SearchProblem } from "./search.ts";

type Point = readonly [number, number];

const RUNGS: readonly Rung[] = [
  { name: "rough", cost: 0.2, seeds: [1] },
  { name: "exact", cost: 1, seeds: [1, 2] },
  { name: "exact", cost: 1, seeds: [1, 2, 3, 4] },
];

interface Tried {
  readonly points: readonly Point[];
  readonly rung: Rung;
}

/** A bowl with its bottom at (0.7, 0.2); the rough rung sees it through noise. */
function bowl([x, y]: Point): number {
  return (x - 0.7) ** 2 + 2 * (y - 0.2) ** 2;
}

function noise([x, y]: Point): number {
  return 0.02 * createRng(`${x}/${y}`).normal();
}

function problemOf(valueOf: (point: Point) => number): {
  readonly problem: SearchProblem<Point>;
  readonly tried: Tried[];
} {
  const tried: Tried[] = [];
  const near = (value: number, rng: Rng): number =>
    Math.min(1, Math.max(0, value + 0.1 * rng.normal()));
  return {
    tried,
    problem: {
      first: [[0, 0]],
      draw: (rng) => [rng.next(), rng.next()],
      vary: ([x], [, y], rng) => [near(x, rng), near(y, rng)],
      keyOf: (point) => JSON.stringify(point),
      groupOf: ([x]) => (x < 0.1 ? "left" : "right"),
      evaluate: (points, rung) => {
        tried.push({ points, rung });
        return Promise.resolve();
      },
      compare: (left, right, { name }) => {
        const seen = (point: Point): number =>
          valueOf(point) + (name === "rough" ? noise(point) : 0);
        return seen(left) - seen(right);
      },
      improves: (found, before) => valueOf(found) < valueOf(before) - 0.001,
    },
  };
}

/** What the trials of a search cost, counted anew from what was asked for. */
function spentOn(tried: readonly Tried[]): number {
  const known = new Set<string>();
  let spent = 0;
  for (const { points, rung } of tried) {
    for (const point of points) {
      for (const seed of rung.seeds) {
        const trial = JSON.stringify([point, rung.name, seed]);
        if (!known.has(trial)) spent += rung.cost;
        known.add(trial);
      }
    }
  }
  return spent;
}

describe("a search by successive halving", () => {
  it("finds the optimum of a bowl through noisy cheap trials", async () => {
    for (const seed of [1, 2, 3]) {
      const { problem } = problemOf(bowl);
      const options = { budget: 150, rungs: RUNGS, keepOneOf: 3, patience: 99 };
      const { candidates } = await search(problem, options, createRng(seed));
      const [best] = candidates;
      expect(bowl(best!)).toBeLessThan(0.01);
    }
  });

  it("does better than drawing at random for the same trials", async () => {
    let wins = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const { problem } = problemOf(bowl);
      const options = { budget: 60, rungs: RUNGS, keepOneOf: 3, patience: 99 };
      const { candidates } = await search(problem, options, createRng(seed));
      const [best] = candidates;
      const rng = createRng(`random/${seed}`);
      const drawn = Array.from({ length: 60 / 4 }, (): Point => [rng.next(), rng.next()]);
      if (bowl(best!) <= Math.min(...drawn.map(bowl))) wins += 1;
    }
    expect(wins).toBeGreaterThanOrEqual(15);
  });

  it("never exceeds its budget, tries nothing twice, and gives the best first", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 80 }),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 0, max: 1000 }),
        async (budget, keepOneOf, seed) => {
          const { problem, tried } = problemOf(bowl);
          const { candidates: found } = await search(
            problem,
            { budget, rungs: RUNGS, keepOneOf, patience: 99 },
            createRng(seed),
          );
          expect(spentOn(tried)).toBeLessThanOrEqual(budget + 1e-9);
          const first = tried.filter(({ rung }) => rung === RUNGS[0]);
          const keys = first.flatMap(({ points }) => points.map((point) => JSON.stringify(point)));
          expect(new Set(keys).size).toBe(keys.length);
          const values = found.map(bowl);
          expect(values).toEqual([...values].sort((left, right) => left - right));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("settles when nothing better is found for as long as it has patience", async () => {
    const flat = problemOf(() => 1);
    const options = { budget: 10_000, rungs: RUNGS, keepOneOf: 3, patience: 2 };
    expect((await search(flat.problem, options, createRng(1))).end).toBe("settled");
    // The first generation is a gain over nothing; two more are not.
    expect(flat.tried.filter(({ rung }) => rung === RUNGS[0]).length).toBe(3);
    const few = { ...problemOf(bowl).problem, draw: () => [0, 0] as const };
    expect((await search({ ...few, vary: few.draw }, options, createRng(1))).end).toBe("exhausted");
    const { end } = await search(problemOf(bowl).problem, { ...options, budget: 20 }, createRng(1));
    expect(end).toBe("spent");
  });

  it("asks for the same trials for the same seed", async () => {
    const both = await Promise.all(
      [7, 7, 8].map(async (seed) => {
        const { problem, tried } = problemOf(bowl);
        await search(
          problem,
          { budget: 60, rungs: RUNGS, keepOneOf: 3, patience: 99 },
          createRng(seed),
        );
        return JSON.stringify(tried);
      }),
    );
    expect(both[1]).toBe(both[0]);
    expect(both[2]).not.toBe(both[0]);
  });

  it("keeps the best of each group through the first, rough rung", async () => {
    // To the rough rung, all on the left looks worse than anything else.
    const { problem, tried } = problemOf(([x, y]) => (x < 0.1 ? 5 : 0) + y);
    await search(problem, { budget: 20, rungs: RUNGS, keepOneOf: 3, patience: 99 }, createRng(1));
    const second = tried.find(({ rung }) => rung === RUNGS[1]);
    expect(second?.points).toContainEqual([0, 0]);
  });

  it("comes near the whole front of two goals that are at odds", async () => {
    const goals = ([x, y]: Point): Scores => [x ** 2 + y, (x - 1) ** 2 + y];
    const { problem, tried } = problemOf(([, y]) => y);
    await search(problem, { budget: 150, rungs: RUNGS, keepOneOf: 3, patience: 99 }, createRng(1));
    const all = tried.flatMap(({ points }) => points);
    const front = paretoFront(all, goals);
    expect(front.length).toBeGreaterThan(5);
    expect(front.every((one) => all.every((other) => !dominates(goals(other), goals(one))))).toBe(
      true,
    );
    // The front is y = 0: what is found lies close to it.
    expect(Math.max(...front.map(([, y]) => y))).toBeLessThan(0.3);
  });
});
