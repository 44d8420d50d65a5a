import { expect, it } from "vitest";
import { findSpec, RUN_OPTION_SPECS } from "./run-option-specs.ts";
import { runOptionsSchema } from "./run-options.ts";

const keys = RUN_OPTION_SPECS.map((spec) => spec.key);

it("explains every option of the schema, and no other", () => {
  const accepted = keys.filter((key) => {
    const result = runOptionsSchema.safeParse({ [key]: Symbol("no value is this") });
    return result.error?.issues.every((issue) => issue.code !== "unrecognized_keys");
  });
  expect(accepted).toEqual(keys);
  // The options as resolved have other names for these three.
  const renamed = {
    scenarios: "scenario",
    durationMs: "duration",
    emulatorHeapMiB: "emulatorHeap",
  };
  const resolved = Object.keys(runOptionsSchema.parse({ calibration: "a.json" }));
  const inSchema = resolved.map((key) => (renamed as Record<string, string>)[key] ?? key);
  expect(inSchema.toSorted()).toEqual(keys.toSorted());
});

it("states the schema's defaults", () => {
  const defaults = runOptionsSchema.parse({});
  const literal = [
    "users",
    "seed",
    "limiter",
    "limiterConfig",
    "target",
    "limits",
    "driver",
    "clock",
    "reports",
    "quiet",
  ] as const;
  for (const key of literal) expect(findSpec(key)?.byDefault).toBe(String(defaults[key]));
  expect(findSpec("latency")?.byDefault).toBe(
    `us-central1 on a virtual clock, else ${defaults.latency}`,
  );
  expect(findSpec("emulatorHeap")?.byDefault).toBe(`${defaults.emulatorHeapMiB} at 1,000 users`);
  // "0.4 for each user", "the benchmark plan", "each scenario's own", "a synthetic market"
  expect(defaults).toMatchObject({
    tenants: 400,
    scenarios: [],
    durationMs: null,
    market: null,
    indexes: null,
    k6Instances: null,
  });
});

it("writes each flag as the option's name in kebab case", () => {
  for (const { key, flag } of RUN_OPTION_SPECS) {
    expect(flag).toBe(`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  }
});
