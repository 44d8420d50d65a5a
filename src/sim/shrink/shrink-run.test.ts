import { describe, expect, it } from "vitest";
import { scenarioSchema } from "../config/scenario.ts";
import type { Result } from "../report/result.ts";
import { runTrial } from "../trial/run-trial.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { LIMITER_DEFECTS, standInsOf } from "../virtual/limiter-defects.fixture.ts";
import { failedCheck } from "./same-check.ts";
import { shrinkRun, specOf, type ShrinkStep } from "./shrink-run.ts";
import type { RunCase } from "./shrunk-case.ts";

const GOING_ON = new AbortController().signal;

function caseOf({ options, scenarios = [] }: TrialSpec): RunCase {
  const users = Number(options["users"]);
  const tenants = Number(options["tenants"] ?? Math.ceil(users * 0.4));
  return {
    users,
    tenants,
    cohort: 1,
    scenarios: scenarios.map((one) => scenarioSchema.parse(one)),
  };
}

describe("a run with a faulty limiter", () => {
  it.each(LIMITER_DEFECTS)(
    "that $defect shrinks to a handful of users",
    async (defect) => {
      const { spec, caughtBy } = defect;
      const run = (smaller: TrialSpec): Promise<Result> =>
        runTrial(smaller, { standIns: standInsOf(defect) });
      const whole = caseOf(spec);
      const request = { whole, spec, check: caughtBy, run, atOnce: 1, signal: GOING_ON };
      const shrunk = await shrinkRun(request);
      expect(shrunk).toMatchObject({ isComplete: true, check: { id: caughtBy, verdict: "fail" } });
      expect(shrunk?.smallest.users).toBeLessThan(10);
      // What is handed back fails by the defect, and by nothing else.
      const small = specOf(shrunk?.smallest ?? whole, spec);
      expect(failedCheck(await run(small), caughtBy)).toEqual(shrunk?.check);
      expect(failedCheck(await runTrial(small), caughtBy)).toBeUndefined();
    },
    60_000,
  );
});

/** Fails with so many users, without a run. */
function failsFrom(users: number): (spec: TrialSpec) => Promise<Result> {
  const [check] = [{ id: "limits.refusals", samples: 5 }];
  return ({ options }) => {
    const verdict = Number(options["users"]) >= users ? "fail" : "pass";
    return Promise.resolve({ checks: [{ ...check, verdict }] } as unknown as Result);
  };
}

describe("the search of a small run", () => {
  const { spec } = LIMITER_DEFECTS[0] as { readonly spec: TrialSpec };
  const request = { whole: caseOf(spec), spec, check: "limits.refusals", signal: GOING_ON };

  it("is over at once when the whole run does not fail", async () => {
    const run = failsFrom(1000);
    expect(await shrinkRun({ ...request, run, atOnce: 1 })).toBeUndefined();
  });

  it("comes to the same, and tells the same, however many run at once", async () => {
    const run = failsFrom(7);
    const one = await shrinkRun({ ...request, run, atOnce: 1 });
    expect(one?.smallest).toMatchObject({ users: 7, tenants: 1 });
    expect(await shrinkRun({ ...request, run, atOnce: 4 })).toEqual(one);
  });

  it("ended early hands back the smallest so far", async () => {
    const ended = new AbortController();
    const steps: ShrinkStep[] = [];
    const shrunk = await shrinkRun({
      ...request,
      run: failsFrom(7),
      atOnce: 1,
      signal: ended.signal,
      onStep: (step) => {
        steps.push(step);
        if (steps.length === 2) ended.abort(new Error("Ctrl-C"));
      },
    });
    expect(shrunk).toMatchObject({ isComplete: false, steps });
    expect(shrunk?.smallest.users).toBeLessThan(18);
    const before = new AbortController();
    before.abort(new Error("Ctrl-C"));
    const never = { ...request, run: failsFrom(7), atOnce: 1, signal: before.signal };
    await expect(shrinkRun(never)).rejects.toThrow("Ctrl-C");
  });
});
