import { describe, expect, test } from "vitest";
import { LIMITER_PRESETS, parseLimiterConfig } from "./config.ts";

function problemsOf(input: unknown): readonly string[] {
  const result = parseLimiterConfig(input);
  return result.kind === "invalid" ? result.problems : [];
}

describe("presets", () => {
  // The figures of Appendix C, typed from the document.
  test.each([
    ["default", true, 500, 50, 5],
    ["conservative", true, 300, 30, 10],
    ["aggressive", true, 700, 70, 2],
  ] as const)("%s is Appendix C's", (name, enabled, batch, document, cooldown) => {
    expect(LIMITER_PRESETS[name]).toEqual({
      enable_rate_limiting: enabled,
      batch_write_limit: batch,
      doc_write_limit: document,
      batch_cooldown_sec: cooldown,
    });
  });

  test("disabled turns limiting off and nothing else", () => {
    expect(LIMITER_PRESETS.disabled).toEqual({ enable_rate_limiting: false });
    const result = parseLimiterConfig(LIMITER_PRESETS.disabled);
    expect(result.kind === "valid" && result.config.batch_write_limit).toBe(500);
  });

  test("an empty configuration is the default one", () => {
    const empty = parseLimiterConfig({});
    expect(empty).toEqual(parseLimiterConfig(LIMITER_PRESETS.default));
    expect(empty.kind).toBe("valid");
  });
});

describe("faults", () => {
  test.each([
    [
      "a limit of 0",
      { batch_write_limit: 0 },
      "batch_write_limit: 0 is not allowed, expected a whole number from 1 to 10000",
    ],
    [
      "a cooldown of -1",
      { batch_cooldown_sec: -1 },
      "batch_cooldown_sec: -1 is not allowed, expected a number from 0 to 3600",
    ],
    [
      "a fraction of a write",
      { doc_write_limit: 2.5 },
      "doc_write_limit: 2.5 is not allowed, expected a whole number from 1 to 10000",
    ],
    [
      "text for a number",
      { batch_write_limit: "many" },
      'batch_write_limit: "many" is not allowed, expected a whole number from 1 to 10000',
    ],
    [
      "text for a switch",
      { enable_rate_limiting: "yes" },
      'enable_rate_limiting: "yes" is not allowed, expected true or false',
    ],
    ["a misspelt field", { batch_writes_limit: 5 }, "batch_writes_limit: unknown field"],
    [
      "a knob deep inside",
      { tuning: { tenants: { limits: { plans: { free: 0 } } } } },
      "tuning.tenants.limits.plans.free: 0 is not allowed, expected a number from 0.01 to 1000000",
    ],
    ["a misspelt knob", { tuning: { ramp: { fator: 2 } } }, "tuning.ramp.fator: unknown field"],
  ])("%s", (_case, input, problem) => {
    expect(problemsOf(input)).toEqual([problem]);
  });

  test("all are reported at once", () => {
    const input = { batch_write_limit: 0, batch_cooldown_sec: -1, nope: 1 };
    const fields = problemsOf(input).map((problem) => problem.split(":")[0]);
    expect(new Set(fields)).toEqual(new Set(["batch_cooldown_sec", "batch_write_limit", "nope"]));
  });

  test("something that is no object at all", () => {
    expect(problemsOf(7)).toHaveLength(1);
    expect(problemsOf(7)[0]).toMatch(/^limiter config: /);
  });
});
