import { describe, expect, test } from "vitest";
import type { Check, HotSubject, PhaseLimits, Second } from "../report/result.ts";
import { phaseFacts, phaseLimits, runFacts } from "./facts.fixture.ts";
import { limitsChecks } from "./limits-checks.ts";
import { brokeFirst } from "./verdict.ts";
import { benchmarkChecks } from "./benchmark-checks.ts";
import { latencies } from "./facts.fixture.ts";

function checkOf(id: string, limits: Partial<PhaseLimits>): Check {
  const phases = [phaseFacts({ limits: phaseLimits(limits) })];
  const found = limitsChecks(runFacts({ phases })).find((check) => check.id === id);
  expect(found, `no check ${id}`).toBeDefined();
  return found!;
}

function hot(fields: Partial<HotSubject>): HotSubject {
  return {
    limit: "range-operations",
    subject: "collection users",
    subjectKind: "collection",
    operationsPerSecond: 400,
    allowedPerSecond: 500,
    utilisation: 0.8,
    atSecond: 3,
    delayed: 0,
    refused: 0,
    ...fields,
  };
}

const REFUSAL = {
  limit: "sequential-index",
  subject: "index range entries (ts ASC)",
  subjectKind: "index-range",
  code: "RESOURCE_EXHAUSTED",
  attempts: 12,
  explanation: "750 writes a second met a tail that takes 500; exempt ts.",
  firstSecond: 7.5,
} as const;

function secondOf(second: number, pnlP99Ms: number): Second {
  return {
    second,
    phase: "high-volatility",
    regime: "calm",
    marketUpdates: 0,
    writesOffered: 0,
    writesCommitted: 0,
    commits: 0,
    retries: 0,
    refusals: 0,
    clientOperations: 0,
    clientErrors: 0,
    pnlP50Ms: 10,
    pnlP99Ms,
    queryP95Ms: null,
    limiterRate: null,
    limiterBacklogMs: null,
  };
}

test("where the limits did nothing, all pass, each from samples and as modelled", () => {
  for (const check of limitsChecks(runFacts())) {
    expect(check, check.id).toMatchObject({ verdict: "pass", basis: "modelled", group: "limits" });
    expect(check.samples, check.id).toBeGreaterThan(0);
  }
});

test("with the limits off there is nothing to say", () => {
  expect(limitsChecks(runFacts({ limitsMode: "off" }))).toEqual([]);
});

test("limits that were asked and saw nothing pass nothing", () => {
  const phases = [
    phaseFacts({
      limits: phaseLimits({
        commits: 0,
        queries: 0,
        writes: 0,
        hottest: [],
        queueing: { samples: 0, meanMs: 0, p99Ms: 0, maxMs: 0 },
      }),
    }),
  ];
  for (const run of [runFacts({ phases }), runFacts({ phases: [] })]) {
    const checks = limitsChecks(run);
    expect(checks).toHaveLength(5);
    for (const check of checks) {
      expect(check, check.id).toMatchObject({ verdict: "fail", samples: 0 });
    }
  }
});

describe("a limit that binds", () => {
  test.each([
    ["limits.refusals", { refusedAttempts: 1, refusals: [REFUSAL] }, "fail"],
    ["limits.hot-ranges", { hottest: [hot({ utilisation: 0.999 })] }, "pass"],
    ["limits.hot-ranges", { hottest: [hot({ utilisation: 0.999, delayed: 9 })] }, "pass"],
    ["limits.hot-ranges", { hottest: [hot({ utilisation: 1, delayed: 1 })] }, "fail"],
    ["limits.hot-ranges", { hottest: [hot({ utilisation: 1, refused: 1 })] }, "fail"],
    // A burst for which nobody had to wait, hotter than what made somebody wait.
    ["limits.hot-ranges", { hottest: [hot({ utilisation: 3 })] }, "pass"],
    [
      "limits.hot-ranges",
      { hottest: [hot({ utilisation: 3 }), hot({ utilisation: 1.1, delayed: 1 })] },
      "fail",
    ],
    [
      "limits.hot-ranges",
      { hottest: [hot({ utilisation: 3, subjectKind: "document", delayed: 5 })] },
      "pass",
    ],
    [
      "limits.contended-documents",
      { hottest: [hot({ utilisation: 1, subjectKind: "document", delayed: 1 })] },
      "fail",
    ],
    ["limits.contended-documents", { hottest: [hot({ utilisation: 3, delayed: 5 })] }, "pass"],
    ["limits.queueing", { queueing: { samples: 900, meanMs: 9, p99Ms: 99, maxMs: 5000 } }, "pass"],
    ["limits.queueing", { queueing: { samples: 900, meanMs: 9, p99Ms: 100, maxMs: 120 } }, "fail"],
    [
      "limits.queueing",
      { queueing: { samples: 99, meanMs: 0, p99Ms: 0, maxMs: 0 } },
      "inconclusive",
    ],
    [
      "limits.missing-indexes",
      { missingIndexes: [{ collectionGroup: "trades", queries: 3, json: '{\n  "a": 1\n}' }] },
      "fail",
    ],
  ] as const)("%s", (id, limits, verdict) => {
    expect(checkOf(id, limits as Partial<PhaseLimits>).verdict).toBe(verdict);
  });

  test("names limit, subject, when, and the remedy", () => {
    const refused = checkOf("limits.refusals", {
      refusedAttempts: 12,
      refusedWrites: 60,
      refusals: [REFUSAL],
    });
    expect(refused.figure).toBe("12 of 2,510 attempts");
    expect(refused.detail).toContain(
      "Mostly for sequential-index on index range entries (ts ASC) (12 attempts, from second 7 of high-volatility). 750 writes a second met a tail that takes 500; exempt ts. 60 writes refused in all",
    );
    const heat = checkOf("limits.hot-ranges", {
      hottest: [hot({ utilisation: 1.5, operationsPerSecond: 750, delayed: 80, refused: 12 })],
    });
    expect(heat).toMatchObject({ figure: "150%", phase: "high-volatility" });
    expect(heat.detail).toContain(
      "collection users (range-operations): 750.0/s of 500.0/s at second 3 of high-volatility. 80 waited for it, 12 were refused.",
    );
  });

  test("shows the entry for a missing index on one line", () => {
    const missingIndexes = [{ collectionGroup: "trades", queries: 3, json: '{\n  "a": 1\n}' }];
    expect(checkOf("limits.missing-indexes", { missingIndexes }).detail).toContain(
      'trades, in high-volatility. Add to firestore.indexes.json: { "a": 1 }',
    );
  });

  test("is called first, before what was slow for it in the same phase", () => {
    const limits = phaseLimits({ refusedAttempts: 12, refusals: [REFUSAL] });
    const phase = phaseFacts({ limits, pnlCommit: latencies(20, 900) });
    const run = runFacts({ phases: [phaseFacts({ name: "baseline" }), phase] });
    const first = brokeFirst([...benchmarkChecks(run), ...limitsChecks(run)], run.phases);
    expect(first).toMatchObject({ checkId: "limits.refusals", phase: "high-volatility" });
    expect(first?.message).toContain("in high-volatility, from second 7");
    expect(first?.message).toContain("sequential-index on index range entries (ts ASC)");
  });

  test.each([
    // Refused from second 7 on means full from second 2 on: requests wait for 5 s at most.
    ["what was slow while requests waited for it is named after it", 3, "limits.refusals"],
    ["what was slow before is named before it", 1, "benchmark.pnl-latency"],
  ] as const)("%s", (_name, slowSecond, checkId) => {
    const limits = phaseLimits({ refusedAttempts: 12, refusals: [REFUSAL] });
    const series = [0, slowSecond].map((second) => secondOf(second, second === 0 ? 20 : 900));
    const phase = phaseFacts({ limits, series, pnlCommit: latencies(20, 900) });
    const run = runFacts({ phases: [phase] });
    const checks = [...benchmarkChecks(run), ...limitsChecks(run)];
    expect(brokeFirst(checks, run.phases)?.checkId).toBe(checkId);
  });

  test("but not before what broke in an earlier phase", () => {
    const slow = phaseFacts({ name: "baseline", pnlCommit: latencies(20, 900) });
    const limits = phaseLimits({ refusedAttempts: 12, refusals: [REFUSAL] });
    const run = runFacts({ phases: [slow, phaseFacts({ limits })] });
    const checks = [...benchmarkChecks(run), ...limitsChecks(run)];
    // The latency row shows its worst phase, here the first.
    expect(brokeFirst(checks, run.phases)?.phase).toBe("baseline");
  });
});

test("limits that were only observed say so, and fail all the same", () => {
  const limits = phaseLimits({ mode: "observe", refusedAttempts: 12, refusals: [REFUSAL] });
  const [refusals] = limitsChecks(
    runFacts({ limitsMode: "observe", phases: [phaseFacts({ limits })] }),
  );
  expect(refusals).toMatchObject({
    verdict: "fail",
    title: "Requests that production refuses (only observed)",
    detail: expect.stringContaining("not enforced: this is what production would have done."),
  });
});

test("no index is asked after where no lane asks queries", () => {
  const limits = phaseLimits({ queries: 0 });
  const ids = (fields: Parameters<typeof phaseFacts>[0]) =>
    limitsChecks(runFacts({ phases: [phaseFacts({ limits, ...fields })] })).map(({ id }) => id);
  expect(ids({ hasPulse: false, hasClients: false })).not.toContain("limits.missing-indexes");
  expect(ids({})).toContain("limits.missing-indexes");
});
