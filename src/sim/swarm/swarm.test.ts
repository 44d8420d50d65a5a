import { readdirSync, readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { scenarioSchema } from "../config/scenario.ts";
import type { Result } from "../report/result.ts";
import { runTrial } from "../trial/run-trial.ts";
import { prepareTrial } from "../trial/trial-inputs.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";
import { brokenPromises } from "./broken-promises.ts";
import { runSwarm, swarmTrial, type SwarmOutcome } from "./run-swarm.ts";

/*
 * A few small services on bad days, drawn at random; `npm run swarm` runs thousands. Whatever is slow,
 * refused, lost or killed: no fault of the program, and in the database nothing lost, doubled, or
 * across tenants.
 */

const SEEDS = 40;

const GOING_ON = new AbortController().signal;

function swarm(
  run: (spec: TrialSpec) => Promise<Result>,
  more: Partial<Parameters<typeof runSwarm>[0]> = {},
): Promise<SwarmOutcome> {
  return runSwarm({
    first: 1,
    count: 10,
    run,
    atOnce: 1,
    twiceEvery: 0,
    signal: GOING_ON,
    ...more,
  });
}

describe("a swarm of bad days", () => {
  it("breaks no promise, and comes out the same twice", async () => {
    const outcome = await swarm(runTrial, { count: SEEDS, twiceEvery: 20 });
    expect(outcome).toEqual({ ran: SEEDS, ranTwice: 2, findings: [] });
  }, 120_000);
});

/** What the swarm has found, as it was drawn then: what is drawn from a seed changes as kinds are added. */
const REGRESSIONS = new URL("regressions/", import.meta.url);

describe("what the swarm has found", () => {
  it.each(readdirSync(REGRESSIONS))("stays mended: %s", async (file) => {
    const spec = JSON.parse(readFileSync(new URL(file, REGRESSIONS), "utf8")) as TrialSpec;
    expect(brokenPromises(await runTrial(spec))).toEqual([]);
  });
});

describe("the draw", () => {
  it("asks for what can be run, whatever the seed", async () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const { scenarios } = await prepareTrial(swarmTrial(seed));
      expect(scenarios.length).toBeGreaterThan(0);
    }
  });

  it("is the seed's alone, and knows all traits of a scenario", () => {
    expect(swarmTrial(7)).toEqual(swarmTrial(7));
    expect(swarmTrial(7)).not.toEqual(swarmTrial(8));
    const specs = Array.from({ length: 500 }, (_, seed) => swarmTrial(seed));
    const scenarios = specs.flatMap((spec) => spec.scenarios ?? []);
    const kinds = new Set(scenarios.flatMap(({ faults = [] }) => faults.map(({ kind }) => kind)));
    const known = scenarioSchema.shape.faults.unwrap().element;
    expect([...kinds].sort()).toEqual(
      known.options.map((option) => option.shape.kind.value).sort(),
    );
    expect(new Set(specs.map(({ options }) => options["limiter"])).size).toBe(5);
    for (const has of [
      scenarios.some(({ pulse }) => (pulse?.workers ?? 1) > 1),
      scenarios.some(({ pulse }) => (pulse?.clockSkewMs ?? 0) > 0),
      scenarios.some(({ pulse }) => (pulse?.coldStartMs ?? 0) > 0),
      scenarios.some(({ pulse }) => pulse === null),
      scenarios.some(({ clients }) => clients === null),
      scenarios.some(({ directWrites }) => directWrites !== null),
      scenarios.some(({ indexes }) => indexes !== null),
      scenarios.some(({ warmedTo }) => warmedTo === null),
      scenarios.some(({ warmedTo }) => warmedTo !== null),
      scenarios.some(({ synchronised }) => synchronised),
      specs.some(({ scenarios: phases = [] }) => phases.length > 1),
    ]) {
      expect(has).toBe(true);
    }
  });
});

describe("a swarm", () => {
  const lost = { id: "data.ledger", group: "data", verdict: "fail", samples: 3, figure: "1 lost" };
  const slow = { id: "benchmark.pnl-latency", group: "benchmark", verdict: "fail", samples: 3 };
  const resultOf = (...checks: readonly object[]): Result =>
    ({ run: { status: "complete" }, checks, phases: [] }) as unknown as Result;

  it("tells of a broken promise, a program that fell over and a run that differs, and goes on", async () => {
    let runs = 0;
    const { ran, findings } = await swarm(
      ({ options }) => {
        runs += 1;
        if (options["seed"] === 3) return Promise.reject(new Error("no such thing"));
        if (options["seed"] === 5) return Promise.resolve(resultOf(lost, slow));
        const varies = options["seed"] === 8 ? { samples: runs } : {};
        return Promise.resolve(resultOf({ ...slow, ...varies }));
      },
      { atOnce: 3, twiceEvery: 4 },
    );
    expect(ran).toBe(10);
    expect(findings.map(({ seed }) => seed)).toEqual([3, 5, 8]);
    const [fell, broke, differs] = findings.map(({ broken }) => broken.join());
    expect(fell).toContain("fell over: Error: no such thing");
    expect(broke).toContain("data.ledger: 1 lost");
    expect(differs).toContain("came out otherwise");
  });

  it("ended early tells of what there was", async () => {
    const ended = new AbortController();
    const outcome = await swarm(
      ({ options }) => {
        if (options["seed"] === 4) ended.abort();
        return Promise.resolve(resultOf(slow));
      },
      { signal: ended.signal },
    );
    expect(outcome).toEqual({ ran: 3, ranTwice: 0, findings: [] });
  });

  it("finds a fault of the program that the pulse took for a user's", () => {
    const failures = { "user failed: RangeError": 3, "user failed: commit ABORTED": 1 };
    const result = { ...resultOf(slow), phases: [{ name: "calm", failures }] };
    expect(brokenPromises(result as unknown as Result)).toEqual(["calm: user failed: RangeError"]);
  });

  it("finds a run that was cut, whatever its checks say", () => {
    const cut = { run: { status: "partial", partialReason: "no reason" }, checks: [], phases: [] };
    expect(brokenPromises(cut as unknown as Result)).toEqual(["ended early: no reason"]);
  });
});

it("leaves nothing of a bad day behind: its clock is forgotten, whoever died or was cut off", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const clocks: WeakRef<object>[] = [];
  for (let seed = 1; seed <= 20; seed += 1) {
    await runTrial(swarmTrial(seed), {
      standIns: {
        watchStore: (store, clock) => {
          clocks.push(new WeakRef(clock));
          return store;
        },
      },
    });
  }
  await setImmediate();
  collectGarbage();
  expect(clocks.length).toBeGreaterThanOrEqual(20);
  expect(clocks.filter((clock) => clock.deref() !== undefined)).toHaveLength(0);
});
