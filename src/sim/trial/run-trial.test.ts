import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { UserError } from "../cli/errors.ts";
import { INDEXES_FILE } from "../cli/project-files.ts";
import { findScenario } from "../config/scenario-files.ts";
import { runTrial } from "./run-trial.ts";
import { trialCommand } from "./trial-command.ts";
import type { TrialSpec } from "./trial-spec.ts";

const SMALL: TrialSpec = {
  options: { users: 10, seed: 3, scenario: "high-volatility", duration: "35s" },
};

function faultOf(spec: TrialSpec): Promise<unknown> {
  return runTrial(spec).then(
    () => undefined,
    (error: unknown) => error,
  );
}

it("is the run of the command it names, light unless asked otherwise", async () => {
  const light = await runTrial(SMALL);
  expect(light.run.command).toBe(trialCommand(SMALL));
  expect(light.run.command).toMatch(
    /^npm run sim -- --users 10 --tenants 4 --seed 3 --scenario high-volatility --duration 35s .*--clock virtual/,
  );
  expect(light.phases[0]).toMatchObject({ usersDue: 10, usersServed: 10 });
  expect(light.series).toEqual([]);
  expect(light.histograms.every(({ encoded, count }) => encoded === "" && count > 0)).toBe(true);
  const heavy = await runTrial({ ...SMALL, keep: ["series", "histograms"] });
  expect(heavy.series.length).toBe(35);
  expect(heavy.histograms.every(({ encoded }) => encoded.length > 0)).toBe(true);
  expect({ ...heavy, series: [], histograms: [] }).toEqual({
    ...light,
    series: [],
    histograms: [],
  });
});

it("takes a scenario, a limiter's configuration and an index file as data", async () => {
  const scenario = { ...findScenario("high-volatility"), name: "bent", durationSeconds: 40 };
  const indexes = readFileSync(INDEXES_FILE, "utf8");
  const spec: TrialSpec = {
    options: { users: 10 },
    scenarios: [scenario],
    limiterConfig: { batch_write_limit: 40 },
    indexes,
  };
  const result = await runTrial(spec);
  expect(result.phases.map(({ name }) => name)).toEqual(["bent"]);
  expect(result.limiter).toMatchObject({ preset: "given", config: { batch_write_limit: 40 } });
  // No option can say that, so the call is named.
  expect(trialCommand(spec)).toBeUndefined();
  expect(result.run.command).toContain('runTrial({"options":{"users":10}');
  const noIndexes = JSON.stringify({ indexes: [], fieldOverrides: [] });
  const bare = await runTrial({ ...spec, indexes: noIndexes });
  const missing = ({ phases }: typeof bare) => phases[0]?.limits?.missingIndexes.length;
  expect(missing(result)).toBe(0);
  expect(missing(bare)).toBeGreaterThan(0);
});

it("refuses a spec that cannot be run as the command line would", async () => {
  const faults: readonly (readonly [TrialSpec, string, string])[] = [
    [{ options: { users: 0 } }, "E_BAD_OPTIONS", "--users: 0 is too small"],
    [{ options: { scenario: "no-such" } }, "E_UNKNOWN_SCENARIO", "no-such"],
    [{ options: {}, limiterConfig: { batch_write_limit: 0 } }, "E_LIMITER_CONFIG", "batch_write"],
    [{ options: {}, indexes: "{" }, "E_INDEXES_OPTION", "indexes:1:"],
    [
      { options: {}, scenarios: [{ ...findScenario("active"), durationSeconds: 1 }] },
      "E_SCENARIO_FILE",
      "scenarios[0].durationSeconds",
    ],
  ];
  for (const [spec, code, text] of faults) {
    const fault = await faultOf(spec);
    expect(fault).toBeInstanceOf(UserError);
    expect(fault).toMatchObject({ code, message: expect.stringContaining(text) as string });
  }
});

it("ends at a moment of its own time with what there is, and by a signal with nothing", async () => {
  const cut = await runTrial({ ...SMALL, untilMs: 20_000 });
  expect(cut.run.status).toBe("partial");
  expect(cut.phases[0]?.durationMs).toBeLessThan(20_000);
  const reason = new Error("enough");
  await expect(runTrial(SMALL, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

it("leaves nothing behind: a trial's clock and database are forgotten after it", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const parts: WeakRef<object>[] = [];
  await runTrial(SMALL, {
    standIns: {
      watchStore: (store, clock) => {
        parts.push(new WeakRef(store), new WeakRef(clock));
        return store;
      },
    },
  });
  await setImmediate();
  collectGarbage();
  expect(parts.map((part) => part.deref())).toEqual([undefined, undefined]);
});
