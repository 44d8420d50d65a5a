import { describe, expect, test } from "vitest";
import type { Second } from "../report/result.ts";
import { benchmarkChecks } from "./benchmark-checks.ts";
import { latencies, phaseFacts, runFacts } from "./facts.fixture.ts";
import { throughputChecks } from "./throughput-checks.ts";
import { brokeFirst, headline, overallVerdict } from "./verdict.ts";

const passing = benchmarkChecks(runFacts());
const failing = benchmarkChecks(
  runFacts({ phases: [phaseFacts({ pnlCommit: latencies(9, 900) })] }),
);
const undecided = passing.map((check, index) =>
  index === 0 ? { ...check, verdict: "inconclusive" as const } : check,
);

describe("overallVerdict", () => {
  test("one failed check fails, one undecided one leaves it undecided, else it passes", () => {
    expect(overallVerdict(passing, true)).toBe("pass");
    expect(overallVerdict(undecided, true)).toBe("inconclusive");
    expect(overallVerdict(failing, true)).toBe("fail");
  });

  test("no checks at all, or a run cut short, is never a pass", () => {
    expect(overallVerdict([], true)).toBe("inconclusive");
    expect(overallVerdict(passing, false)).toBe("inconclusive");
  });
});

describe("brokeFirst", () => {
  const second = (number: number, pnlP99Ms: number): Second => ({
    second: number,
    phase: "active",
    regime: "active",
    marketUpdates: 0,
    writesOffered: 0,
    writesCommitted: 0,
    commits: 0,
    retries: 0,
    refusals: 0,
    clientOperations: 0,
    clientErrors: 0,
    pnlP50Ms: null,
    pnlP99Ms,
    queryP95Ms: null,
    limiterRate: null,
    limiterBacklogMs: null,
  });

  test("is null when nothing failed", () => {
    expect(brokeFirst(passing, [phaseFacts()])).toBeNull();
  });

  test("names the earliest phase, and the second of it in which the series shows the fault", () => {
    const phases = [
      phaseFacts({ name: "baseline" }),
      phaseFacts({
        name: "active",
        pnlCommit: latencies(9, 900),
        series: [second(60, 90), second(61, 120), second(62, 800)],
      }),
      phaseFacts({ name: "high-volatility", usersServed: 0 }),
    ];
    const run = runFacts({ phases });
    const checks = [...throughputChecks(run), ...benchmarkChecks(run)];
    expect(brokeFirst(checks, phases)).toMatchObject({
      checkId: "benchmark.pnl-latency",
      phase: "active",
      message: expect.stringContaining("in active, from second 2:") as string,
    });
  });
});

test("the headline says who, what and how many", () => {
  const input = {
    checks: failing,
    verdict: "fail" as const,
    users: 1000,
    limiter: "literal",
    partialReason: null,
    brokeFirst: brokeFirst(failing, [phaseFacts()]),
  };
  expect(headline(input)).toContain(
    "1,000 users with the literal limiter: 1 of 6 checks failed. First: P&L",
  );
  expect(headline({ ...input, partialReason: "interrupted" })).toContain(
    "ended early (interrupted)",
  );
});
