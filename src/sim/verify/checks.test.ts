import { describe, expect, test } from "vitest";
import type { Check } from "../report/result.ts";
import { benchmarkChecks } from "./benchmark-checks.ts";
import { explainPhase } from "./explain.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";
import {
  counts,
  latencies,
  limiterUse,
  phaseFacts,
  phaseLimits,
  runFacts,
} from "./facts.fixture.ts";
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
      sweeps: 0,
      wakes: 0,
    }),
    usersDue: 0,
    usersServed: 0,
    limiterUses: [limiterUse({ reservations: 0, ahead: null, wait: null, tenants: [] })],
    retries: { due: 0, skipped: 0, reason: null },
    worstSecond: { writes: 0, atSecond: 0 },
    worstDocument: { path: "", writesInOneSecond: 0 },
    pnlCommit: EMPTY,
    pnlListener: EMPTY,
    queries: EMPTY,
    queryKinds: new Map(),
    onboarding: EMPTY,
    limits: phaseLimits({ commits: 0, commitsSent: 0 }),
  });
  const checks = allChecks(runFacts({ phases: [nothing], provisioning: EMPTY }));
  expect(checks.length).toBeGreaterThan(11);
  for (const check of checks) {
    expect(check.verdict, check.id).toBe("fail");
    expect(check.samples, check.id).toBe(0);
  }
});

test("in a run that ended early, what was never reached is undecided", () => {
  const checks = benchmarkChecks(runFacts({ phases: [], provisioning: EMPTY }));
  const verdicts = softenUnreached(checks, new Set()).map(({ verdict }) => verdict);
  expect(new Set(verdicts)).toEqual(new Set(["inconclusive"]));
});

test("in a run that ended early, only the throughput of a phase that was cut is undecided", () => {
  const missed = throughputChecks(
    runFacts({ phases: [phaseFacts({ counts: counts({ pnlCommitted: 1 }) })] }),
  );
  expect(missed[0]?.verdict).toBe("fail");
  const cut = (...names: string[]) => softenUnreached(missed, new Set(names))[0]?.verdict;
  expect(cut("high-volatility")).toBe("inconclusive");
  expect(cut("a later phase")).toBe("fail");
  // The run ended between two phases: this one had run to its end.
  expect(cut()).toBe("fail");
});

describe("the benchmark table", () => {
  test.each([
    // The p99 of these is the slow value: one sample in fifty is slow.
    ["benchmark.pnl-latency", { pnlCommit: latencies(20, 499) }, "pass"],
    ["benchmark.pnl-latency", { pnlCommit: latencies(20, 501) }, "fail"],
    ["benchmark.pnl-listener", { pnlListener: latencies(499, 5000) }, "pass"],
    ["benchmark.pnl-listener", { pnlListener: latencies(501, 5000) }, "fail"],
    ["benchmark.query-latency", { queries: latencies(99, 5000) }, "pass"],
    // The fast kinds of read do not hide a slow one.
    [
      "benchmark.query-latency",
      {
        queryKinds: new Map([
          ["open-trades", latencies(10, 20)],
          ["sell-trades-24h", latencies(101, 200, 25)],
        ]),
      },
      "fail",
    ],
    ["benchmark.query-latency", { queries: latencies(101, 5000) }, "fail"],
    // A kind too rare to be judged by itself leaves the row to all reads together.
    ["benchmark.query-latency", { queryKinds: new Map([["x", latencies(900, 900, 19)]]) }, "pass"],
    [
      "benchmark.query-latency",
      { queries: latencies(10, 10, 19), queryKinds: new Map() },
      "inconclusive",
    ],
    ["benchmark.onboarding", { onboarding: latencies(40, 2100) }, "fail"],
  ] as const)("%s", (id, phase, verdict) => {
    expect(checkOf(id, phase).verdict).toBe(verdict);
  });

  test("sign-ups loaded past the limits are not pooled with those that met them", () => {
    const id = "benchmark.onboarding";
    // 60 in the phase are too few for a p99: what was loaded decides, on its own basis.
    expect(checkOf(id, { onboarding: latencies(40, 9000, 60) })).toMatchObject({
      verdict: "pass",
      samples: 1000,
      basis: "measured on emulator",
    });
    // Unless they are so slow that they must not be passed over.
    expect(checkOf(id, { onboarding: latencies(2500, 9000, 60) })).toMatchObject({
      verdict: "inconclusive",
      basis: "measured on emulator, limits modelled",
    });
    expect(checkOf(id, { onboarding: latencies(40, 9000, 100) })).toMatchObject({
      verdict: "fail",
      samples: 1100,
      basis: "measured on emulator, limits modelled",
    });
    const slowLoad = { provisioning: latencies(40, 9000) };
    expect(checkOf(id, { onboarding: latencies(40, 90, 100) }, slowLoad).detail).toContain(
      "Missed in provisioning (past the limits)",
    );
    // Without limits all are alike.
    const off = { basis: "measured on emulator", limitsMode: "off" } as const;
    expect(checkOf(id, { onboarding: latencies(40, 90, 60) }, off)).toMatchObject({
      samples: 1060,
    });
  });

  test.each([
    ["modelled", false, false],
    ["modelled", true, true],
    ["measured on embedded engine", false, true],
  ] as const)(
    "sign-ups on the basis %s, in a phase: %s, have a row: %s",
    (basis, hasSignUps, has) => {
      const phase = phaseFacts({ hasSignUps, onboarding: EMPTY });
      const run = runFacts({ basis, storedBasis: basis, phases: [phase], provisioning: EMPTY });
      const row = benchmarkChecks(run).find(({ id }) => id === "benchmark.onboarding");
      // Where there were to be some, having seen none fails.
      expect(row?.verdict).toBe(has ? "fail" : undefined);
    },
  );

  test("too few samples to carry a p99 are inconclusive, fast or slow", () => {
    const slow = { pnlCommit: latencies(9000, 9000, 99) };
    expect(checkOf("benchmark.pnl-latency", slow).verdict).toBe("inconclusive");
    const few = { pnlCommit: latencies(10, 10, 99) };
    expect(checkOf("benchmark.pnl-latency", few)).toMatchObject({
      verdict: "inconclusive",
      samples: 99,
    });
    expect(checkOf("benchmark.pnl-latency", { pnlCommit: latencies(10, 10, 100) }).verdict).toBe(
      "pass",
    );
  });

  test.each([
    ["none at all fails, however good the others", latencies(1, 1, 0), "fail"],
    ["too few decide nothing", latencies(10, 10, 99), "inconclusive"],
  ] as const)("P&L samples in one of two phases: %s", (_name, pnlCommit, verdict) => {
    const phases = [phaseFacts({ name: "baseline" }), phaseFacts({ name: "active", pnlCommit })];
    const [, pnl] = benchmarkChecks(runFacts({ phases }));
    expect(pnl).toMatchObject({ id: "benchmark.pnl-latency", phase: "active", verdict });
  });

  test("a phase that was cut may have no samples yet", () => {
    const phases = [phaseFacts(), phaseFacts({ name: "active", pnlCommit: EMPTY, cut: true })];
    const [, pnl] = benchmarkChecks(runFacts({ phases }));
    expect(pnl?.verdict).toBe("inconclusive");
  });

  test.each([
    ["few in each phase are judged together", latencies(30, 40, 60), "pass"],
    ["and miss together", latencies(900, 900, 12), "fail"],
    ["too few in all are inconclusive", latencies(30, 40, 9), "inconclusive"],
  ] as const)("listener samples: %s", (_name, pnlListener, verdict) => {
    const phases = ["baseline", "active"].map((name) => phaseFacts({ name, pnlListener }));
    const check = benchmarkChecks(runFacts({ phases })).find(
      ({ id }) => id === "benchmark.pnl-listener",
    );
    expect(check).toMatchObject({ verdict, samples: pnlListener.count * 2 });
  });

  test("a slow phase does not hide in the pool of fast ones", () => {
    const phases = [
      phaseFacts({ name: "active", pnlListener: latencies(10, 20, 100_000) }),
      phaseFacts({ name: "high-volatility", pnlListener: latencies(900, 900, 100) }),
    ];
    expect(benchmarkChecks(runFacts({ phases }))[2]).toMatchObject({
      verdict: "fail",
      phase: "high-volatility",
    });
  });

  test("listeners that ended leave the listeners' row undecided", () => {
    const ended = { counts: counts({ listenersEnded: 1 }) };
    expect(checkOf("benchmark.pnl-listener", ended)).toMatchObject({ verdict: "inconclusive" });
    expect(checkOf("benchmark.pnl-latency", ended)).toMatchObject({ verdict: "pass" });
  });

  test("a miss far beyond what the harness was late by is a fail all the same", () => {
    const late = { counts: counts({ lateArrivals: 20, worstLatenessMs: 100 }) };
    // 500 ms and ten times 100 ms: up to 1.5 s may be the harness's own.
    const verdictAt = (slowMs: number) =>
      checkOf("benchmark.pnl-latency", { ...late, pnlCommit: latencies(20, slowMs) }).verdict;
    expect(verdictAt(1400)).toBe("inconclusive");
    expect(verdictAt(61_000)).toBe("fail");
  });

  test.each([
    ["its arrivals", { lateArrivals: 6, worstLatenessMs: 80 }],
    ["the pulse's timers", { lateWakes: 4, worstWakeMs: 80 }],
  ])("a miss where the harness was late with %s is undecided, elsewhere a fail", (_name, late) => {
    const slow = { pnlCommit: latencies(20, 900) };
    const lateSlow = phaseFacts({ name: "active", ...slow, counts: counts(late) });
    const timelySlow = phaseFacts({ name: "high-volatility", ...slow });
    const verdictOf = (phases: readonly PhaseFacts[]) =>
      benchmarkChecks(runFacts({ phases }))[1]?.verdict;
    expect(verdictOf([phaseFacts(), lateSlow])).toBe("inconclusive");
    expect(verdictOf([timelySlow, lateSlow])).toBe("fail");
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
    [
      "half of the users due are not all asked for",
      { usersDue: 520, usersServed: 520 },
      {},
      "inconclusive",
    ],
  ] as const)("concurrent users: %s", (_name, phase, run, verdict) => {
    expect(checkOf("benchmark.concurrent-users", phase, run).verdict).toBe(verdict);
  });

  test("concurrent users: served and due are of the same phase", () => {
    const phases = [
      phaseFacts({ name: "baseline", usersDue: 582, usersServed: 400 }),
      phaseFacts({ name: "high-volatility" }),
    ];
    expect(benchmarkChecks(runFacts({ phases }))[0]).toMatchObject({
      verdict: "fail",
      phase: "baseline",
      figure: "400 served of 582 due",
    });
  });

  test.each([{ contendedCommits: 1 }, { clientRetries: 1 }])("contention: %o fails", (fields) => {
    expect(checkOf("benchmark.contention", { counts: counts(fields) })).toMatchObject({
      verdict: "fail",
      value: 1,
    });
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

  test("a miss says how far below the document's rate it is", () => {
    const slow = counts({ pnlDue: 10_000, pnlCommitted: 6000 });
    expect(checkOf(id, { counts: slow }).detail).toContain(
      "100.0/s is 30% of the 333.3/s the document states.",
    );
  });
});

test.each([
  { failedSweeps: 1 },
  { overlappingSweeps: 1 },
  { usersFailed: 1 },
  { usersListedLeast: 999 },
])("sweeps: %o is a fault", (fields) => {
  expect(checkOf("throughput.sweeps", { counts: counts(fields) })).toMatchObject({
    verdict: "fail",
    value: 1,
  });
});

describe("direct writes", () => {
  const id = "throughput.high-volatility.direct";
  const asked = { directWritesPerSecond: 750 };

  test.each([
    ["99 % committed passes", { directDue: 45_000, directCommitted: 44_550 }, "pass"],
    ["less fails", { directDue: 45_000, directCommitted: 44_549 }, "fail"],
    ["none at all fails", {}, "fail"],
    [
      "less offered than asked for shows nothing",
      { directDue: 42_000, directCommitted: 42_000 },
      "inconclusive",
    ],
    ["unless even that was too much", { directDue: 42_000, directCommitted: 9000 }, "fail"],
  ] as const)("%s", (_name, fields, verdict) => {
    expect(checkOf(id, { ...asked, counts: counts(fields) }).verdict).toBe(verdict);
  });

  test("alone leave out the rows of lanes that no phase has", () => {
    const phase = phaseFacts({ ...asked, hasPulse: false, hasClients: false });
    const ids = allChecks(runFacts({ phases: [phase] })).map((check) => check.id);
    expect(ids).toEqual(["benchmark.onboarding", id, "harness.generator", "harness.witness"]);
  });
});

test("where rules are not evaluated, the rows of clients say so", () => {
  const { detail } = checkOf("harness.client-errors", {}, { evaluatesRules: false });
  expect(detail).toContain("Rules are not evaluated on the embedded engine");
  const posed = { evaluatesRules: false, storedBasis: "measured on posed project" } as const;
  expect(checkOf("harness.client-errors", {}, posed).detail).toContain("said by the posed project");
  const slow = { queries: latencies(150, 150), queryKinds: new Map() };
  expect(checkOf("benchmark.query-latency", slow, { evaluatesRules: false }).detail).toContain(
    "without rules",
  );
  expect(checkOf("benchmark.query-latency", slow).detail).toContain("through the rules");
});

test("what was slow for production's limits is said to have been", () => {
  const limits = phaseLimits({
    delayedWrites: 900,
    queueing: { samples: 2500, meanMs: 200, p99Ms: 1900, maxMs: 4000 },
    hottest: [{ ...phaseLimits().hottest[0]!, utilisation: 1.2, operationsPerSecond: 600 }],
  });
  const { detail } = checkOf("benchmark.pnl-latency", { pnlCommit: latencies(100, 5200), limits });
  expect(detail).toContain(
    "Production's limits held back 900 writes (p99 1.90 s), mostly for range-operations on collection users: 600.0/s of 500.0/s.",
  );
});

test("where nothing was slow, nothing is said to have been", () => {
  const { limits } = runFacts();
  expect(explainPhase(phaseFacts(), limits)).toBe("");
  const slow = phaseFacts({ pnlCommit: latencies(900, 900) });
  expect(explainPhase(slow, limits)).toContain("The limiter held nothing back");
});

describe("limits, generator, clients", () => {
  test.each([
    ["limiter.worst-second", { worstSecond: { writes: 500, atSecond: 1 } }, "pass"],
    ["limiter.worst-second", { worstSecond: { writes: 501, atSecond: 1 } }, "fail"],
    ["limiter.worst-document", { worstDocument: { path: "a/b", writesInOneSecond: 51 } }, "fail"],
    ["harness.generator", { counts: counts({ lateArrivals: 5 }) }, "pass"],
    ["harness.generator", { counts: counts({ lateArrivals: 6 }) }, "inconclusive"],
    ["harness.generator", { counts: counts({ droppedArrivals: 1 }) }, "inconclusive"],
    ["harness.pulse-lane", { counts: counts({ lateWakes: 3 }) }, "pass"],
    ["harness.pulse-lane", { counts: counts({ lateWakes: 4 }) }, "inconclusive"],
    ["harness.client-errors", { counts: counts({ clientErrors: 1 }) }, "fail"],
    // 0.5 % of 2,060 are 10.3.
    ["harness.witness", { limits: phaseLimits({ commits: 2070 }) }, "pass"],
    ["harness.witness", { limits: phaseLimits({ commits: 2071 }) }, "fail"],
    ["harness.witness", { limits: phaseLimits({ commits: 2049 }) }, "fail"],
    ["harness.witness", { limits: phaseLimits({ commits: 12, commitsSent: 10 }) }, "pass"],
    ["harness.witness", { limits: phaseLimits({ commits: 13, commitsSent: 10 }) }, "fail"],
    ["harness.generator", { counts: counts({ directCommits: 1000, directLate: 15 }) }, "pass"],
    [
      "harness.generator",
      { counts: counts({ directCommits: 1000, directLate: 16 }) },
      "inconclusive",
    ],
  ] as const)("%s", (id, phase, verdict) => {
    expect(checkOf(id, phase).verdict).toBe(verdict);
  });

  test("the generator is judged phase by phase: one late phase is not hidden by another", () => {
    const phases = [
      phaseFacts({ name: "baseline", counts: counts({ lateArrivals: 6 }) }),
      phaseFacts({ counts: counts({ clientOperations: 50_000 }) }),
    ];
    expect(harnessChecks(runFacts({ phases }))[0]).toMatchObject({
      verdict: "inconclusive",
      phase: "baseline",
    });
  });
});
