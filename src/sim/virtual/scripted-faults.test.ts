import { describe, expect, it } from "vitest";
import type { Result } from "../report/result.ts";
import { runTrial } from "../trial/run-trial.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";

/* Each kind of fault bites in a run, and leaves the database whole. */

type DrawnScenario = NonNullable<TrialSpec["scenarios"]>[number];
type DrawnFault = NonNullable<DrawnScenario["faults"]>[number];

const CALM: DrawnScenario = {
  name: "bad-day",
  summary: "A pulse and some clients, and one thing that goes wrong.",
  document: null,
  durationSeconds: 40,
  pulse: { periodSeconds: 5, openTradesPerUser: 10 },
  market: { symbols: 10, correlation: 0.5, regimes: [{ regime: "active", seconds: 60 }] },
  clients: {
    perUserPerMinute: { "ledger-create": 2, "account-snapshot": 2 },
    arrivals: "constant",
  },
  warmedTo: 5000,
};

function dayWith(
  faults: readonly DrawnFault[],
  more: Partial<DrawnScenario> = {},
): Promise<Result> {
  const scenarios = [{ ...CALM, ...more, faults: [...faults] }];
  return runTrial({ options: { users: 60, seed: 5 }, scenarios });
}

function verdictOf({ checks }: Result, id: string): string | undefined {
  return checks.find((check) => check.id === id)?.verdict;
}

function brokenData({ checks }: Result): readonly string[] {
  return checks
    .filter(({ group, verdict }) => group === "data" && verdict === "fail")
    .map(({ id, detail }) => `${id}: ${detail}`);
}

interface Bite {
  readonly kind: string;
  readonly fault: DrawnFault;
  /** The check that it makes fail. */
  readonly fails: string;
  readonly more?: Partial<DrawnScenario>;
}

const KINDS: readonly Bite[] = [
  {
    kind: "refuse",
    fault: { kind: "refuse", code: "ABORTED", share: 0.1 },
    fails: "benchmark.contention",
  },
  {
    kind: "lose-answer",
    fault: { kind: "lose-answer", code: "UNAVAILABLE", path: "users/", share: 0.1 },
    fails: "benchmark.contention",
  },
  {
    kind: "slow",
    fault: { kind: "slow", addedMs: 900, keysFrom: "users", keysUntil: "users/V" },
    fails: "benchmark.pnl-latency",
  },
  {
    kind: "brown-out",
    fault: { kind: "brown-out", fromSecond: 5 },
    fails: "benchmark.pnl-latency",
  },
  {
    kind: "instance-death",
    fault: { kind: "instance-death", atSecond: 11 },
    fails: "throughput.sweeps",
  },
  {
    kind: "quota-cut",
    fault: { kind: "quota-cut", share: 0.02, fromSecond: 5 },
    fails: "limits.hot-ranges",
  },
  {
    kind: "cold-database",
    fault: { kind: "cold-database", atSecond: 5 },
    fails: "limits.hot-ranges",
    more: {
      pulse: { periodSeconds: 1, openTradesPerUser: 12 },
      directWrites: { writesPerSecond: 900, documentsPerCommit: 10, into: "users-signals" },
    },
  },
];

describe("a scripted fault", () => {
  it.each(KINDS)("of kind $kind bites, and the database is whole", async (bite) => {
    const { kind, fault, fails: id, more = {} } = bite;
    const sound = await dayWith([], more);
    expect(verdictOf(sound, id)).toBe("pass");
    const bad = await dayWith([fault], more);
    expect(verdictOf(bad, id)).toBe("fail");
    expect(bad.run.notes).toContainEqual(
      expect.stringMatching(new RegExp(`${kind} [\\d,]+ times`)),
    );
    expect(brokenData(bad)).toEqual([]);
  });

  it("of a quota ends with its time, and with the phase", async () => {
    const cut: DrawnFault = { kind: "quota-cut", share: 0.02, fromSecond: 5, untilSecond: 15 };
    const [{ limits } = {}] = (await dayWith([cut])).phases;
    const delays = limits?.hottest.filter(({ delayed }) => delayed > 0) ?? [];
    expect(delays.length).toBeGreaterThan(0);
    for (const { atSecond } of delays) expect(atSecond).toBeLessThan(21);
    const phases = [
      { ...CALM, faults: [{ ...cut, untilSecond: null }] },
      { ...CALM, name: "after" },
    ];
    const { checks } = await runTrial({ options: { users: 60, seed: 5 }, scenarios: phases });
    const hot = checks.find(({ id }) => id === "limits.hot-ranges");
    expect(hot).toMatchObject({ verdict: "fail", phase: "bad-day" });
  });

  it("of the limits is told of where there are none", async () => {
    const scenarios = [{ ...CALM, faults: [{ kind: "quota-cut", share: 0.5 } as const] }];
    const { run } = await runTrial({ options: { users: 5, seed: 5, limits: "off" }, scenarios });
    expect(run.notes).toContainEqual(expect.stringContaining("there are no limits to cut"));
  });

  it("comes with others in zone-outage, and the database is whole", async () => {
    const options = { users: 60, seed: 5, scenario: "zone-outage" };
    const result = await runTrial({ options });
    const [note = ""] = (result.run.notes ?? []).filter((one) => one.includes("faults by script"));
    for (const kind of ["refuse", "slow", "brown-out", "instance-death", "quota-cut", "cold"]) {
      expect(note).toContain(kind);
    }
    expect(brokenData(result)).toEqual([]);
  });
});
