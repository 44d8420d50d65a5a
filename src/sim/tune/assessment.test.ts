import { describe, expect, it } from "vitest";
import { fixtureResult } from "../report/result.fixture.ts";
import { assess, isAccepted } from "./assessment.ts";
import { compareRanks, frontScores, rankOf } from "./objective.ts";
import { outcomeOf, type Outcome } from "./outcome.ts";
import { costOf, PRICES } from "../measure/price-table.ts";

function outcome(given: Partial<Outcome> = {}): Outcome {
  return {
    seed: 1,
    failed: [],
    passed: 20,
    undecided: [],
    freshnessP50Ms: 40,
    freshnessP99Ms: 120,
    refusedAttempts: 0,
    attempts: 2000,
    committedPerSecond: 333,
    costPerMillion: 1.2,
    fairness: 0.9,
    hottest: null,
    brokeFirst: null,
    ...given,
  };
}

const SIGN_UP = { id: "benchmark.onboarding", value: 130, bound: 2000, samples: 40 };

describe("a trial's outcome", () => {
  it("is read from the result: checks by verdict, the pulse's latency, what is billed", () => {
    const result = fixtureResult();
    const [phase] = result.phases;
    const read = outcomeOf({
      ...result,
      phases: [
        {
          ...phase!,
          writesCommitted: 1000,
          durationMs: 10_000,
          billed: {
            service: { reads: 500, writes: 1000, deletes: 0 },
            clients: { reads: 9999, writes: 0, deletes: 0 },
          },
        },
      ],
      histograms: result.histograms.filter(({ phase: of }) => of === phase!.name),
    });
    const failed = result.checks.filter(({ verdict }) => verdict === "fail");
    expect(read.failed).toEqual(failed.map(({ id }) => id));
    expect(read.undecided.length + read.passed + failed.length).toBe(result.checks.length);
    expect(read.committedPerSecond).toBe(100);
    // 500 reads and 1,000 writes, for a thousand writes: a thousand times that for a million.
    const dollars = (500 * PRICES.reads + 1000 * PRICES.writes) / PRICES.perDocuments;
    expect(read.costPerMillion).toBeCloseTo(dollars * 1000, 9);
    expect(costOf({ reads: 100_000, writes: 100_000, deletes: 100_000 })).toBeCloseTo(0.13, 9);
  });

  it("without a single commit is as stale as anything can be", () => {
    const read = outcomeOf({ ...fixtureResult(), histograms: [] });
    expect(read.freshnessP99Ms).toBe(86_400_000);
  });
});

describe("an assessment over seeds", () => {
  it("rejects what one seed breaks, and names it", () => {
    const assessment = assess([outcome(), outcome({ seed: 2, failed: ["limits.refusals"] })]);
    expect(isAccepted(assessment)).toBe(false);
    expect(assessment.broken).toEqual([{ seed: 2, checks: ["limits.refusals"] }]);
    expect(isAccepted(assess([outcome()]))).toBe(true);
  });

  it.each([
    // 40 samples of a trial cannot carry a p99; 120 of three can.
    ["too few", [SIGN_UP], ["benchmark.onboarding"]],
    ["enough together", [SIGN_UP, SIGN_UP, SIGN_UP], []],
    ["one is slow", [SIGN_UP, SIGN_UP, { ...SIGN_UP, value: 2500 }], ["benchmark.onboarding"]],
    ["one saw nothing", [SIGN_UP, SIGN_UP, SIGN_UP, { ...SIGN_UP, value: null }], [SIGN_UP.id]],
  ])("decides a check by all seeds together: %s", (_, undecided, expected) => {
    const outcomes = undecided.map((check) => outcome({ undecided: [check] }));
    expect(assess(outcomes).undecided).toEqual(expected);
  });

  it("keeps the mean and the worst of its figures", () => {
    const hot = { subject: "users", limit: "range", utilisation: 0.8 };
    const assessment = assess([
      outcome({ freshnessP99Ms: 100, refusedAttempts: 10, hottest: { ...hot, utilisation: 0.3 } }),
      outcome({ freshnessP99Ms: 300, hottest: hot, fairness: null }),
    ]);
    expect(assessment).toMatchObject({
      freshnessP99Ms: 200,
      freshnessP99WorstMs: 300,
      refusedShare: 10 / 4000,
      fairness: 0.9,
      hottest: hot,
    });
  });
});

describe("the order by an objective", () => {
  const better = (one: Partial<Outcome>, other: Partial<Outcome>, objective = "freshness") =>
    compareRanks(
      rankOf(assess([outcome(one)]), objective as "freshness"),
      rankOf(assess([outcome(other)]), objective as "freshness"),
    ) < 0;

  it("puts whatever breaks nothing first", () => {
    expect(better({ freshnessP99Ms: 9000 }, { failed: ["a"] })).toBe(true);
    expect(better({ failed: ["a"] }, { failed: ["a", "b"] })).toBe(true);
  });

  it("ranks by what was asked for, and then by the rest", () => {
    const fresh = { freshnessP99Ms: 100, committedPerSecond: 300, costPerMillion: 2 };
    const quick = { freshnessP99Ms: 200, committedPerSecond: 400, costPerMillion: 3 };
    const cheap = { freshnessP99Ms: 300, committedPerSecond: 200, costPerMillion: 1 };
    expect(better(fresh, quick, "freshness") && better(fresh, cheap, "freshness")).toBe(true);
    expect(better(quick, fresh, "throughput") && better(quick, cheap, "throughput")).toBe(true);
    expect(better(cheap, fresh, "cost") && better(cheap, quick, "cost")).toBe(true);
    expect(better({ freshnessP99Ms: 100 }, { freshnessP99Ms: 200 }, "cost")).toBe(true);
  });

  it("takes what is within noise for the same", () => {
    const scores = (ms: number) => frontScores(assess([outcome({ freshnessP99Ms: ms })]));
    expect(scores(120.1)).toEqual(scores(120));
    expect(scores(140)).not.toEqual(scores(120));
  });
});
