import { describe, expect, it } from "vitest";
import { costOf, pricesOf } from "../measure/price-table.ts";
import { phasesOf } from "../run/phases-of.ts";
import { runTrial } from "../trial/run-trial.ts";
import { prepareTrial } from "../trial/trial-inputs.ts";
import { estimateRun } from "./estimate.ts";

describe("estimateRun", () => {
  it.each([
    ["the benchmark's heaviest row", { scenario: ["high-volatility"], duration: "60s" }],
    ["reads beside the pulse", { scenario: ["dashboards"], duration: "60s" }],
    ["people who sign up", { scenario: ["onboarding-rush"], duration: "20s" }],
    ["direct writes", { scenario: ["large-tenant-ledger"], duration: "10s" }],
    ["several phases", { scenario: ["baseline", "active"], duration: "20s" }],
  ])("is no less than what a virtual run of %s is billed, and not far above", async (_, asked) => {
    const spec = { options: { users: 40, ...asked } };
    const { scenarios, options } = await prepareTrial(spec);
    let written = 0;
    const result = await runTrial(spec, { onCommit: ({ writes }) => (written += writes.length) });
    const { run } = estimateRun({
      users: options.users,
      tenants: options.tenants,
      phases: phasesOf(scenarios, options.durationMs),
    });
    expect(run.writes).toBeGreaterThanOrEqual(written);
    // A hundred a phase are for lease and manifest, which weigh much beside so few users.
    expect(run.writes - 100 * scenarios.length).toBeLessThanOrEqual(2 * written);
    const read = result.phases.reduce(
      (total, { billed }) => total + (billed?.service.reads ?? 0) + (billed?.clients.reads ?? 0),
      0,
    );
    expect(run.reads).toBeGreaterThanOrEqual(read);
  });

  it("counts direct writes for a minute at most", async () => {
    const { scenarios } = await prepareTrial({ options: { users: 10 } });
    const [phase] = scenarios;
    const load = {
      writesPerSecond: 100,
      documentsPerCommit: 1,
      into: "new-collection",
      ids: "random",
      counters: 1,
    } as const;
    const with_ = { ...phase!, durationSeconds: 600, directWrites: load };
    const without = { ...with_, directWrites: null };
    const of = (one: typeof with_ | typeof without) =>
      estimateRun({ users: 10, tenants: 4, phases: [one] }).run.writes;
    expect(of(with_) - of(without)).toBe(6000);
  });
});

describe("prices", () => {
  it.each([
    ["us-central1", 1.35, true],
    ["nam5", 2.7, true],
    ["europe-west1", 2.7, false],
  ])("of %s", (location, dollars, isKnown) => {
    const found = pricesOf(location);
    expect(found.isKnown).toBe(isKnown);
    const billed = { reads: 1_000_000, writes: 1_000_000, deletes: 1_500_000 };
    expect(costOf(billed, found.prices)).toBeCloseTo(dollars);
  });
});
