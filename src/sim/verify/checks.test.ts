import { describe, expect, test } from "vitest";
import type { Check } from "../report/result.ts";
import { benchmarkChecks } from "./benchmark-checks.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";
import { counts, latencies, phaseFacts, runFacts } from "./facts.fixture.ts";
import { harnessChecks } from "./harness-checks.ts";
import { limiterChecks } from "./limiter-checks.ts";
import { softenUnreached } from "./partial-run.ts";
import { throughputChecks } from "./throughput-checks.ts";

const EMPTY = latencies(1, 1, 0);

function allChecks(run: RunFacts): readonly Check[] {
  return [
    ...benchmarkChecks(run),
    ...throughputChecks(run),
    ...limiterChecks(run),
    ...harnessChecks(run),
  ];
}

function checkOf(id: string, phase: Partial<PhaseFacts>, run: Partial<RunFacts> = {}): Check {
  const checks = allChecks(runFacts({ phases: [phaseFacts(phase)], ...run }));
  const found = checks.find((check) => check.id === id);
  expect(found, `no check ${id}`).toBeDefined();
  return found!;
}

test("a run in which all went well passes every check, each from samples", () => {
  for (const check of allChecks(runFacts())) {
    expect(check, check.id).toMatchObject({ verdict: "pass" });
    expect(check.samples, check.id).toBeGreaterThan(0);
  }
});

test("a run in which nothing was seen passes no check", () => {
  const nothing = phaseFacts({
    counts: counts({
      writesOffered: 0,
      writesCommitted: 0,
      pnlDue: 0,
      pnlCommitted: 0,
      commits: 0,
      clientOperations: 0,
    }),
    usersDue: 0,
    usersServed: 0,
    worstSecond: { writes: 0, atSecond: 0 },
    worstDocument: { path: "", writesInOneSecond: 0 },
    pnlCommit: EMPTY,
    pnlListener: EMPTY,
    queries: EMPTY,
    onboarding: EMPTY,
  });
  const checks = allChecks(runFacts({ phases: [nothing], provisioning: EMPTY }));
  expect(checks.length).toBeGreaterThan(9);
  for (const check of checks) {
    expect(check.verdict, check.id).toBe("fail");
    expect(check.samples, check.id).toBe(0);
  }
});

test("in a run that ended early, what was never reached is undecided", () => {
  const checks = benchmarkChecks(runFacts({ phases: [], provisioning: EMPTY }));
  const verdicts = softenUnreached(checks, undefined).map(({ verdict }) => verdict);
  expect(new Set(verdicts)).toEqual(new Set(["inconclusive"]));
});

test("in a run that ended early, the throughput of the phase it ended in is undecided", () => {
  const missed = throughputChecks(
    runFacts({ phases: [phaseFacts({ counts: counts({ pnlCommitted: 1 }) })] }),
  );
  expect(missed[0]?.verdict).toBe("fail");
  expect(softenUnreached(missed, "high-volatility")[0]?.verdict).toBe("inconclusive");
  expect(softenUnreached(missed, "a later phase")[0]?.verdict).toBe("fail");
});

describe("the benchmark table", () => {
  test.each([
    // The p99 of these is the slow value: one sample in fifty is slow.
    ["benchmark.pnl-latency", { pnlCommit: latencies(20, 499) }, "pass"],
    ["benchmark.pnl-latency", { pnlCommit: latencies(20, 501) }, "fail"],
    ["benchmark.pnl-listener", { pnlListener: latencies(20, 501) }, "fail"],
    ["benchmark.query-latency", { queries: latencies(99, 5000) }, "pass"],
    ["benchmark.query-latency", { queries: latencies(101, 5000) }, "fail"],
    ["benchmark.onboarding", { onboarding: latencies(40, 2100) }, "fail"],
  ] as const)("%s", (id, phase, verdict) => {
    expect(checkOf(id, phase).verdict).toBe(verdict);
  });

  test("too few samples to carry a p99 are inconclusive, fast or slow", () => {
    const slow = { pnlCommit: latencies(9000, 9000, 19) };
    expect(checkOf("benchmark.pnl-latency", slow).verdict).toBe("inconclusive");
    const few = { pnlCommit: latencies(10, 10, 19) };
    expect(checkOf("benchmark.pnl-latency", few)).toMatchObject({
      verdict: "inconclusive",
      samples: 19,
    });
    expect(checkOf("benchmark.pnl-latency", { pnlCommit: latencies(10, 10, 20) }).verdict).toBe(
      "pass",
    );
  });

  test("a miss says where, by how much, and what held it back", () => {
    const { detail, phase, value } = checkOf("benchmark.pnl-latency", {
      pnlCommit: latencies(100, 5200),
      limiterWaits: [
        ["batch-limit", 900],
        ["jitter", 100],
      ],
      counts: counts({ limiterWaitMs: 2_500_000 }),
    });
    expect(phase).toBe("high-volatility");
    expect(value).toBeGreaterThan(5000);
    expect(detail).toContain("Missed in high-volatility by 4.70 s (10.4 times the target");
    expect(detail).toContain(
      "1,000 commits, 2.50 s each on average, mostly for its limit on writes",
    );
  });

  test("the worst phase decides", () => {
    const phases = [
      phaseFacts({ name: "baseline" }),
      phaseFacts({ name: "active", pnlCommit: latencies(20, 900) }),
    ];
    const [, pnl] = benchmarkChecks(runFacts({ phases }));
    expect(pnl).toMatchObject({ id: "benchmark.pnl-latency", verdict: "fail", phase: "active" });
  });

  test.each([
    ["a user due and never served fails more than 1 %", { usersServed: 985 }, {}, "fail"],
    ["a ragged end of half a per cent does not", { usersServed: 995 }, {}, "pass"],
    ["users missing from provisioning do", {}, { provisionedUsers: 999 }, "fail"],
  ] as const)("concurrent users: %s", (_name, phase, run, verdict) => {
    expect(checkOf("benchmark.concurrent-users", phase, run).verdict).toBe(verdict);
  });

  test.each([{ abortedCommits: 1 }, { retriedCommits: 1 }])("contention: %o fails", (fields) => {
    expect(checkOf("benchmark.contention", { counts: counts(fields) }).verdict).toBe("fail");
  });
});

describe("throughput", () => {
  const id = "throughput.high-volatility";

  test.each([
    ["99 % committed passes", { pnlCommitted: 19_800 }, "pass"],
    ["less fails", { pnlCommitted: 19_799 }, "fail"],
    ["a load below the document's is no proof", { pnlDue: 18_999, pnlCommitted: 18_999 }, "fail"],
    [
      "unchanged P&L is due and needs no write",
      { pnlUnchanged: 500, pnlCommitted: 19_500 },
      "pass",
    ],
  ])("%s", (_name, fields, verdict) => {
    expect(checkOf(id, { counts: counts(fields) }).verdict).toBe(verdict);
  });

  test("a miss names the limit that binds", () => {
    const saturated = counts({ writesOffered: 60_000, pnlDue: 50_000, pnlCommitted: 27_000 });
    expect(checkOf(id, { counts: saturated }).detail).toContain(
      "Only 54.0% of the writes due were committed in time. The load offers 1000/s, more than the 500.0/s",
    );
  });
});

describe("limits, generator, clients", () => {
  test.each([
    ["limiter.worst-second", { worstSecond: { writes: 500, atSecond: 1 } }, "pass"],
    ["limiter.worst-second", { worstSecond: { writes: 501, atSecond: 1 } }, "fail"],
    ["limiter.worst-document", { worstDocument: { path: "a/b", writesInOneSecond: 51 } }, "fail"],
    ["harness.generator", { counts: counts({ lateArrivals: 5 }) }, "pass"],
    ["harness.generator", { counts: counts({ lateArrivals: 6 }) }, "inconclusive"],
    ["harness.generator", { counts: counts({ droppedArrivals: 1 }) }, "inconclusive"],
    ["harness.client-errors", { counts: counts({ clientErrors: 1 }) }, "fail"],
  ] as const)("%s", (id, phase, verdict) => {
    expect(checkOf(id, phase).verdict).toBe(verdict);
  });
});
