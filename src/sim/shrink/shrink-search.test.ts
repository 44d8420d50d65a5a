import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shrinkCase, smallerNumbers, type Aspect, type Reduction } from "./shrink-search.ts";

interface Toy {
  readonly users: number;
  readonly seconds: number;
  readonly faults: readonly number[];
}

const ASPECTS: readonly Aspect<Toy>[] = [
  (toy) =>
    smallerNumbers(toy.users, 1).map((users) => ({ label: "u", smaller: { ...toy, users } })),
  (toy) =>
    smallerNumbers(toy.seconds, 5).map((seconds) => ({
      label: "s",
      smaller: { ...toy, seconds },
    })),
  (toy) =>
    toy.faults.map((_, left) => ({
      label: "f",
      smaller: { ...toy, faults: toy.faults.filter((_fault, index) => index !== left) },
    })),
];

function search(fails: (toy: Toy) => boolean) {
  const asked: string[] = [];
  const steps: Reduction<Toy>[] = [];
  const firstFailing = (cases: readonly Toy[]): Promise<number | undefined> => {
    const index = cases.findIndex((toy) => {
      asked.push(JSON.stringify(toy));
      return fails(toy);
    });
    return Promise.resolve(index === -1 ? undefined : index);
  };
  return {
    asked,
    steps,
    run: (toy: Toy) =>
      shrinkCase(toy, { aspects: ASPECTS, firstFailing, onStep: (step) => steps.push(step) }),
  };
}

const toy = fc.record({
  users: fc.integer({ min: 1, max: 2000 }),
  seconds: fc.integer({ min: 5, max: 600 }),
  faults: fc.uniqueArray(fc.nat({ max: 9 }), { maxLength: 6 }),
});

/** A fault that needs so much of each, or of their product, and some of the faults. */
const predicate = fc
  .record({
    users: fc.integer({ min: 1, max: 50 }),
    seconds: fc.integer({ min: 5, max: 60 }),
    product: fc.nat({ max: 3000 }),
    odd: fc.boolean(),
  })
  .map(
    ({ users, seconds, product, odd }) =>
      (one: Toy): boolean =>
        one.users >= users &&
        one.seconds >= seconds &&
        one.users * one.seconds >= product &&
        (!odd || one.faults.some((fault) => fault % 2 === 1)),
  );

describe("a shrunk case", () => {
  it("fails, and none of its reductions does", async () => {
    await fc.assert(
      fc.asyncProperty(toy, predicate, async (whole, fails) => {
        fc.pre(fails(whole));
        const { run } = search(fails);
        const small = await run(whole);
        expect(fails(small)).toBe(true);
        for (const aspect of ASPECTS) {
          for (const { smaller } of aspect(small)) expect(fails(smaller)).toBe(false);
        }
      }),
    );
  });

  it("is the same every time, and no sound case is tried twice", async () => {
    await fc.assert(
      fc.asyncProperty(toy, predicate, async (whole, fails) => {
        fc.pre(fails(whole));
        const [first, second] = [search(fails), search(fails)];
        expect(await first.run(whole)).toEqual(await second.run(whole));
        expect(first.asked).toEqual(second.asked);
        expect(new Set(first.asked).size).toBe(first.asked.length);
      }),
    );
  });

  it("is the least there is, where more of a thing never hides the fault", async () => {
    const { run, asked } = search((one) => one.users >= 9 && one.seconds >= 12);
    const whole = { users: 1000, seconds: 600, faults: [1, 2, 3] };
    expect(await run(whole)).toEqual({ users: 9, seconds: 12, faults: [] });
    expect(asked.length).toBeLessThan(120);
  });

  it("is told of step by step, each smaller than the one before", async () => {
    const { run, steps } = search((one) => one.users >= 3);
    await run({ users: 40, seconds: 5, faults: [] });
    const users = steps.map(({ smaller }) => smaller.users);
    expect(users.at(-1)).toBe(3);
    expect(users).toEqual([...users].sort((left, right) => right - left));
  });

  it("is what there is when the search is ended: the rejection passes through", async () => {
    const ended = new Error("Ctrl-C");
    await expect(
      shrinkCase(
        { users: 9, seconds: 9, faults: [] },
        {
          aspects: ASPECTS,
          firstFailing: () => Promise.reject(ended),
        },
      ),
    ).rejects.toBe(ended);
  });
});

describe("smaller numbers", () => {
  it.each([
    [60, 1, [1, 31, 46, 53, 57, 59]],
    [3, 1, [1, 2]],
    [5, 5, []],
    [6, 5, [5]],
  ])("of %i from %i on", (value, least, expected) => {
    expect(smallerNumbers(value, least)).toEqual(expected);
  });
});
