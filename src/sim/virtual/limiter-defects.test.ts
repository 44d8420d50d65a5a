import { describe, expect, it } from "vitest";
import type { Result } from "../report/result.ts";
import { runTrial } from "../trial/run-trial.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { LIMITER_DEFECTS, standInsOf } from "./limiter-defects.fixture.ts";

/*
 * The checks themselves are tested: a limiter that quietly does the wrong thing must be found out by
 * the same run that passes with the service's own.
 */

function failed({ checks }: Result): readonly string[] {
  return checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
}

describe("a virtual run", () => {
  it.each(LIMITER_DEFECTS)("finds out a limiter that $defect", async (defect) => {
    const { caughtBy, spec } = defect;
    const spoilt = await runTrial(spec, { standIns: standInsOf(defect) });
    expect(spoilt.verdict).toBe("fail");
    expect(failed(spoilt)).toContain(caughtBy);
    expect(spoilt.checks.find(({ id }) => id === caughtBy)?.samples).toBeGreaterThan(0);
  });

  it.each(LIMITER_DEFECTS)("finds nothing in the sound one where another $defect", async (one) => {
    const sound = await runTrial(one.spec);
    // A repeat is contention, of which the document allows none, whoever asks for it.
    const repeats = one.caughtBy === "throughput.retries" ? ["benchmark.contention"] : [];
    expect(failed(sound)).toEqual(repeats);
    expect(sound.checks.find(({ id }) => id === one.caughtBy)).toMatchObject({ verdict: "pass" });
  });

  it.each([1, 2, 3])(
    "finds no tenant starved where all wait ever longer (seed %i)",
    async (seed) => {
      const [calm] = LIMITER_DEFECTS[1]?.spec.scenarios ?? [];
      const { checks } = await runTrial({
        options: { users: 60, tenants: 24, seed },
        scenarios: calm === undefined ? [] : [{ ...calm, durationSeconds: 30 }],
        limiterConfig: { batch_write_limit: 100 },
      });
      expect(checks.find(({ id }) => id === "benchmark.pnl-latency")).toMatchObject({
        verdict: "fail",
      });
      for (const id of ["limiter.rate", "limiter.waits", "limiter.fairness"]) {
        expect(checks.find((check) => check.id === id)).toMatchObject({ verdict: "pass" });
      }
    },
  );

  it("holds no limiter to laws that others break who are not simulated", async () => {
    const scenario = { ...LIMITER_DEFECTS[1]?.spec.scenarios?.[0], name: "cohorts" };
    const spec = { options: { users: 600, cohort: 10, seed: 3 }, scenarios: [scenario] };
    const ids = (await runTrial(spec as TrialSpec)).checks.map(({ id }) => id);
    expect(ids).toContain("limiter.worst-second");
    expect(ids).not.toContain("limiter.rate");
  });
});
