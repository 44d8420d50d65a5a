import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import type { AttemptWeight } from "./admission.ts";
import {
  admission,
  at,
  attempt,
  DATABASE,
  drive,
  growing,
  newOutcome,
  note,
  scattered,
  set,
  type Outcome,
} from "./admission.fixture.ts";

function weighing(usual: number): AttemptWeight {
  return { usual, ofDocument: () => usual, ofQuery: () => usual };
}

const query = {
  parent: "",
  collectionId: "c",
  allDescendants: false,
  filters: [],
  orderBy: [],
  offset: 0,
} as const;

test("a weight of 1 decides, counts and splits as none does, to the last figure", () => {
  const run = (weight: AttemptWeight | undefined) => {
    const target = admission({ weight, latency: "nam5" });
    const rng = createRng("load");
    const decisions = Array.from({ length: 40_000 }, (_, index) => {
      const nowMs = index;
      const id = rng.chance(0.5) ? scattered(index % 5000) : growing(index);
      const write = attempt(
        set(`c/${id}`, { at: at(index) }),
        set(`d/${id}`, { n: BigInt(index) }),
      );
      if (index % 10 === 0) target.read({ database: DATABASE, paths: [`c/${id}`] }, nowMs);
      if (index % 100 === 0) target.query({ database: DATABASE, query }, nowMs);
      return target.commit(write, nowMs);
    });
    return { decisions, report: target.report(40_000), heat: target.heat(40_000) };
  };
  const without = run(undefined);
  expect(run(weighing(1))).toEqual(without);
  expect(without.decisions.some(({ kind }) => kind === "refuse")).toBe(true);
});

describe("one that stands for ten", () => {
  const share = ({ refused, offered }: Outcome): number => refused / offered;
  const load = (weight: number, perSecond: number) => {
    const target = admission({ weight: weighing(weight) });
    const minutes = drive(target, {
      minutes: 5,
      rate: perSecond / weight,
      write: (index) => attempt(set(`c/${scattered(index)}`, {})),
    });
    const space = target.report(300_000).spaces.find(({ kind }) => kind === "documents");
    return { minutes, ranges: space?.ranges ?? 0, operations: space?.operations ?? 0 };
  };

  test("meets the ramp of a new collection as ten do: the share refused, the ranges, the work", () => {
    const exact = load(1, 1500);
    const cohort = load(10, 1500);
    for (const [minute, one] of exact.minutes.entries()) {
      const other = cohort.minutes[minute] ?? newOutcome();
      expect(Math.abs(share(other) - share(one)), `minute ${minute}`).toBeLessThan(0.03);
    }
    expect(Math.abs(cohort.ranges - exact.ranges)).toBeLessThanOrEqual(2);
    expect(cohort.operations / exact.operations).toBeCloseTo(1, 1);
    expect(exact.minutes.some(({ refused }) => refused > 1000)).toBe(true);
    expect(exact.ranges).toBeGreaterThan(3);
  });

  test("holds the lock of its document once, for each of the ten has one", () => {
    const target = admission({ weight: weighing(10) });
    const outcome = newOutcome();
    for (let second = 0; second < 60; second += 1) {
      note(outcome, target.commit(attempt(set("c/one", { n: BigInt(second) })), second * 1000));
    }
    expect(outcome).toMatchObject({ refused: 0, longestMs: 0 });
  });

  test("waits for its own work only, not for that of the ten", () => {
    const writes = Array.from({ length: 50 }, (_, index) => set(`c/${scattered(index)}`, {}));
    const waited = (weight: number): number => {
      const target = admission({ weight: weighing(weight) });
      target.commit(attempt(...writes), 0);
      const decision = target.commit(attempt(...writes), 0);
      return decision.kind === "admit" ? decision.delayMs : Number.NaN;
    };
    expect(waited(1)).toBe(0);
    // 500 writes of the first one and 50 of its own take a second and no more.
    expect(waited(10)).toBe(0);
    expect(waited(20)).toBeGreaterThan(500);
  });
});
