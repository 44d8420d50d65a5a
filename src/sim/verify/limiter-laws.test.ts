import { describe, expect, test } from "vitest";
import type { TenantUse } from "../measure/limiter-watch.ts";
import type { Check } from "../report/result.ts";
import { limiterUse, phaseFacts, runFacts } from "./facts.fixture.ts";
import type { PhaseFacts, RunFacts } from "./facts.ts";
import { limiterLaws, worstTenant } from "./limiter-laws.ts";
import { retriesCheck } from "./retries-check.ts";

const SOUND = { figureMs: 40, allowedMs: 56, atSecond: 12.4, tenantId: "t1" };

function checkOf(id: string, phase: Partial<PhaseFacts>, run: Partial<RunFacts> = {}): Check {
  const facts = runFacts({ phases: [phaseFacts(phase)], ...run });
  const found = limiterLaws(facts).find((check) => check.id === id);
  expect(found, `no check ${id}`).toBeDefined();
  return found!;
}

function tenant(tenantId: string, writes: number, meanMs: number, commits = 10): TenantUse {
  return { tenantId, commits, writes, waitMs: meanMs * commits, othersWaitMs: 0 };
}

describe("what an evenly pacing limiter promises", () => {
  test.each([
    ["limiter.rate", { ahead: { ...SOUND, figureMs: 56 } }, "pass"],
    ["limiter.rate", { ahead: { ...SOUND, figureMs: 57 } }, "fail"],
    ["limiter.rate", { ahead: null }, "fail"],
    ["limiter.waits", { wait: { ...SOUND, figureMs: 56 } }, "pass"],
    ["limiter.waits", { wait: { ...SOUND, figureMs: 57 } }, "fail"],
    ["limiter.waits", { wait: null }, "fail"],
    ["limiter.fairness", { tenants: [tenant("a", 100, 900), tenant("b", 50, 300)] }, "pass"],
    ["limiter.fairness", { tenants: [tenant("a", 100, 20), tenant("b", 50, 289)] }, "pass"],
    ["limiter.fairness", { tenants: [tenant("a", 100, 20), tenant("b", 50, 291)] }, "fail"],
    ["limiter.fairness", { tenants: [tenant("a", 100, 900)] }, "pass"],
    ["limiter.fairness", { tenants: [] }, "fail"],
  ] as const)("%s with %o: %s", (id, use, verdict) => {
    expect(checkOf(id, { limiterUses: [limiterUse(use)] }).verdict).toBe(verdict);
  });

  test("the worst of all limiters and phases is shown, with when and who", () => {
    const bad = limiterUse({
      wait: { figureMs: 900, allowedMs: 100, atSecond: 7.9, tenantId: "x" },
    });
    const phases = [
      phaseFacts({ name: "calm", limiterUses: [limiterUse()] }),
      phaseFacts({ name: "rough", limiterUses: [limiterUse(), bad] }),
    ];
    const waits = limiterLaws(runFacts({ phases })).find(({ id }) => id === "limiter.waits");
    expect(waits).toMatchObject({ verdict: "fail", phase: "rough", value: 900, bound: 100 });
    expect(waits?.samples).toBe(6000);
    expect(waits?.detail).toContain("tenant x was put off for 900 ms at second 7 of rough");
  });

  test("strategies that promise nothing of the kind are not held to it", () => {
    expect(limiterLaws(runFacts({ phases: [phaseFacts({ limiterUses: [] })] }))).toEqual([]);
  });
});

describe("the tenant who waits for others", () => {
  const same = () => "same";

  test("is found among tenants that ask for as much, wherever it stands in the list", () => {
    for (const position of [0, 1, 2]) {
      const tenants = [tenant("a", 100, 10), tenant("b", 100, 10)];
      tenants.splice(position, 0, tenant("starved", 100, 2000));
      expect(worstTenant(tenants, same)).toMatchObject({
        tenant: { tenantId: "starved" },
        meanMs: 2000,
        othersMs: 10,
        others: 2,
      });
    }
  });

  test("is nobody who asked for more than the others", () => {
    const tenants = [tenant("greedy", 1000, 5000), tenant("a", 100, 10), tenant("b", 100, 10)];
    expect(worstTenant(tenants, same)?.tenant.tenantId).not.toBe("greedy");
  });

  test("is nobody who asked when all waited as long", () => {
    const late = { ...tenant("late", 50, 29_000), othersWaitMs: 28_000 * 10 };
    const worst = worstTenant([tenant("a", 100, 10_000), late], same);
    expect(worst).toMatchObject({ meanMs: 29_000, othersMs: 28_000 });
    expect(worst?.excessMs).toBeLessThan(0);
  });

  test("is nobody on other terms, and nobody who hardly asked", () => {
    const tenants = [tenant("a", 100, 10), tenant("slow", 50, 900)];
    expect(worstTenant(tenants, (tenantId) => tenantId)).toBeUndefined();
    expect(worstTenant([tenant("a", 100, 10), tenant("rare", 20, 900, 2)], same)).toBeUndefined();
  });
});

describe("repeats", () => {
  const checked = (retries: PhaseFacts["retries"]): Check | undefined => {
    const phases = [phaseFacts({ retries })];
    return retriesCheck(runFacts({ phases }), phases)[0];
  };

  test("that were skipped fail the run, and say why", () => {
    const check = checked({ due: 9, skipped: 1, reason: "the limiter refused it: full" });
    expect(check).toMatchObject({
      verdict: "fail",
      value: 1,
      samples: 9,
      phase: "high-volatility",
    });
    expect(check?.detail).toContain("the limiter refused it: full");
  });

  test("that were all made pass it; where none was due there is nothing to check", () => {
    expect(checked({ due: 9, skipped: 0, reason: null })?.verdict).toBe("pass");
    expect(checked({ due: 0, skipped: 0, reason: null })).toBeUndefined();
  });
});
