import { describe, expect, it } from "vitest";
import { findScenario } from "../config/scenario-files.ts";
import type { HistogramSummary, Result } from "../report/result.ts";
import { runTrial } from "../trial/run-trial.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";

/**
 * The same load with every user simulated and in cohorts: what docs/cohort.md says of how well they
 * agree. At 10,000 users the exact ones take most of the time of this file.
 */
const USERS = 10_000;
const TEN_MINUTES_MS = 600_000;

const MINUTE = findScenario("pulse-minute");

/** A thousand writes a second to key ranges that have served nobody yet, past all limiters. */
const FLOOD: TrialSpec = {
  options: { users: USERS },
  scenarios: [
    {
      ...MINUTE,
      name: "flood",
      warmedTo: null,
      durationSeconds: 30,
      pulse: MINUTE.pulse && { ...MINUTE.pulse, periodSeconds: 10, workers: 64 },
    },
  ],
  limiterConfig: { enable_rate_limiting: false },
};

function simulate(cohort: number, more: Partial<TrialSpec>): Promise<Result> {
  return runTrial({ ...more, options: { users: USERS, seed: 7, cohort, ...more.options } });
}

/** What a limiter promises those who ask is not watched where not all of them are simulated. */
const WATCHED = new Set(["limiter.rate", "limiter.waits", "limiter.fairness"]);

/** By ID, those of data left out: they are of the documents there are, which are fewer. */
function verdicts({ checks }: Result): Readonly<Record<string, string>> {
  return Object.fromEntries(
    checks
      .filter(({ id, group }) => group !== "data" && !WATCHED.has(id))
      .map(({ id, verdict }) => [id, verdict]),
  );
}

function phaseOf({ phases }: Result): Result["phases"][number] {
  const [phase] = phases;
  if (phase === undefined) throw new Error("a phase was run");
  return phase;
}

function latency({ histograms }: Result, metric: string): HistogramSummary {
  const found = histograms.find((histogram) => histogram.metric === metric);
  if (found === undefined) throw new Error(`${metric} was measured`);
  return found;
}

/** How far off, as a part of the exact figure. */
function off(cohort: number, exact: number): number {
  return Math.abs(cohort / exact - 1);
}

describe("a pulse of a minute", { timeout: TEN_MINUTES_MS }, () => {
  const more = {
    options: {
      scenario: "pulse-minute",
      limiter: "ramp",
      limiterConfig: "scenarios/limiters/warmed-48k.json",
    },
  };

  it("comes out alike in cohorts of 10 and of 50", async () => {
    const exact = await simulate(1, more);
    for (const cohort of [10, 50]) {
      const result = await simulate(cohort, more);
      const [one, other] = [phaseOf(exact), phaseOf(result)];
      expect(verdicts(result)).toEqual(verdicts(exact));
      expect(off(other.offeredPerSecond, one.offeredPerSecond)).toBeLessThan(0.01);
      expect(off(other.committedPerSecond, one.committedPerSecond)).toBeLessThan(0.01);
      expect(other.users).toBe(one.users);
      expect(other.limits?.refusedAttempts).toBe(0);
      expect(off(latency(result, "pnl-commit").p50, latency(exact, "pnl-commit").p50)).toBeLessThan(
        0.15, // Of a cohort of 50 there are 200 commits.
      );
      expect(off(latency(result, "pnl-commit").p99, latency(exact, "pnl-commit").p99)).toBeLessThan(
        cohort === 10 ? 0.3 : 0.6, // Of 200 commits, two are above it.
      );
      expect(result.checks.map(({ basis }) => basis)).toContain(
        `modelled, cohorts of ${cohort}, assumed`,
      );
    }
  });
});

describe("a flood on cold key ranges", { timeout: TEN_MINUTES_MS }, () => {
  it("is refused alike in cohorts of 10: by the same limit, and about as much", async () => {
    const exact = await simulate(1, FLOOD);
    const result = await simulate(10, FLOOD);
    const [one, other] = [phaseOf(exact), phaseOf(result)];
    expect(verdicts(result)).toEqual(verdicts(exact));
    const causes = ({ limits }: typeof one) =>
      limits?.refusals.map(({ limit, subject }) => ({ limit, subject }));
    expect(causes(other)).toEqual(causes(one));
    expect(causes(one)?.length).toBe(1);
    const share = ({ abortedCommits, writesCommitted }: typeof one): number =>
      abortedCommits / (abortedCommits + writesCommitted);
    expect(share(one)).toBeGreaterThan(0.1);
    expect(Math.abs(share(other) - share(one))).toBeLessThan(0.05);
    expect(off(other.offeredPerSecond, one.offeredPerSecond)).toBeLessThan(0.03);
    expect(off(other.committedPerSecond, one.committedPerSecond)).toBeLessThan(0.12);
    expect(off(latency(result, "commit-call").p99, latency(exact, "commit-call").p99)).toBeLessThan(
      0.05,
    );
  });
});

describe("a cohort of one", { timeout: TEN_MINUTES_MS }, () => {
  it("is the exact run to the last byte", async () => {
    const options = { users: 60, scenario: "high-volatility", duration: "40s" };
    const exact = await runTrial({ options, keep: ["series", "histograms"] });
    const one = await runTrial({
      options: { ...options, cohort: 1 },
      keep: ["series", "histograms"],
    });
    const auto = await runTrial({
      options: { ...options, cohort: "auto" },
      keep: ["series", "histograms"],
    });
    const figures = (result: Result): string => JSON.stringify({ ...result, run: null });
    expect(figures(one)).toBe(figures(exact));
    expect(figures(auto)).toBe(figures(exact));
  });
});
