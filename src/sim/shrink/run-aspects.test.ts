import { expect, test } from "vitest";
import { loadScenarios } from "../config/scenario-files.ts";
import { scenarioSchema } from "../config/scenario.ts";
import { RUN_ASPECTS } from "./run-aspects.ts";
import { checkKey, chooseCheck, failedCheck } from "./same-check.ts";
import { shrinkCase } from "./shrink-search.ts";
import { describeCase, type RunCase } from "./shrunk-case.ts";

const WHOLE: RunCase = { users: 100, tenants: 40, cohort: 1, scenarios: loadScenarios() };

test("every reduction of every scenario of the project is a scenario", () => {
  const reductions = RUN_ASPECTS.flatMap((aspect) => aspect(WHOLE));
  expect(reductions.length).toBeGreaterThan(100);
  for (const { label, smaller } of reductions) {
    for (const scenario of smaller.scenarios) {
      expect(scenarioSchema.parse(scenario), label).toEqual(scenario);
    }
  }
});

test("what always fails shrinks to one user, one phase and nothing in it but one lane", async () => {
  const smallest = await shrinkCase(WHOLE, {
    aspects: RUN_ASPECTS,
    firstFailing: (cases) => Promise.resolve(cases.length === 0 ? undefined : 0),
  });
  expect(smallest).toMatchObject({ users: 1, tenants: 1 });
  expect(smallest.scenarios).toHaveLength(1);
  const [{ durationSeconds, faults, pulse, clients, directWrites, market } = WHOLE.scenarios[0]!] =
    smallest.scenarios;
  expect([durationSeconds, faults, market.symbols, market.regimes.length]).toEqual([5, [], 1, 1]);
  expect([pulse, clients, directWrites].filter((lane) => lane !== null)).toHaveLength(1);
  expect(describeCase(smallest)).toMatch(/^1 user of 1 tenant, 5 s of [a-z-]+$/);
});

test("users in cohorts are tried one by one, and else go by whole cohorts", () => {
  const cohorts = { ...WHOLE, users: 300_000, tenants: 100, cohort: 30 };
  const users = RUN_ASPECTS.flatMap((aspect) => aspect(cohorts)).map(({ smaller }) => smaller);
  expect(users).toContainEqual({ ...cohorts, users: 10_000, tenants: 4, cohort: 1 });
  for (const one of users) expect(one.users % one.cohort).toBe(0);
  expect(describeCase(cohorts)).toContain("300000 users of 100 tenants, in cohorts of 30, ");
});

test("the same check is the one of that name, whatever the phase is called, and has samples", () => {
  const check = { id: "throughput.active.direct", phase: "active", samples: 3, verdict: "fail" };
  expect(checkKey(check)).toBe("throughput.<phase>.direct");
  expect(checkKey({ id: "limits.refusals" })).toBe("limits.refusals");
  const other = { ...check, id: "throughput.calm.direct", phase: "calm" };
  const find = (one: object) =>
    failedCheck({ checks: [one] } as unknown as Parameters<typeof failedCheck>[0], checkKey(check));
  expect(find(other)).toBe(other);
  expect(find({ ...other, samples: 0 })).toBeUndefined();
  expect(find({ ...other, verdict: "pass" })).toBeUndefined();
});

test("what is shrunk by is what broke first, if it broke on samples", () => {
  const slow = { id: "benchmark.pnl-latency", samples: 9, verdict: "fail" };
  const refused = { id: "limits.refusals", samples: 9, verdict: "fail" };
  const choose = (checks: readonly object[], checkId: string) =>
    chooseCheck({ checks, brokeFirst: { checkId } } as unknown as Parameters<
      typeof chooseCheck
    >[0]);
  expect(choose([slow, refused], refused.id)).toBe(refused);
  expect(choose([slow, { ...refused, samples: 0 }], refused.id)).toBe(slow);
  expect(choose([{ ...slow, verdict: "pass" }], "")).toBeUndefined();
});
