import { describe, expect, it } from "vitest";
import { loadScenarios } from "../../config/scenario-files.ts";
import { makeWorkloads } from "./make-workloads.ts";
import { durationSeconds, plannedArrivals } from "./rate-stages.ts";

const CHOICES = {
  users: 1_000,
  scenarios: loadScenarios(),
  signUps: true,
  soakSeconds: 3_600,
  rampTo: 10_000,
};

const rates = (name: "ramp-500-50-5" | "ramp-500-50-5-compressed", rampTo = 10_000) =>
  makeWorkloads({ ...CHOICES, rampTo })[name]!.operations[0]!.stages.map(({ perThousandSeconds }) =>
    Math.round(perThousandSeconds / 1_000),
  );

describe("makeWorkloads", () => {
  it("has the rates of the scenarios", () => {
    const { "ledger-burst": burst, dashboards, "onboarding-rush": rush } = makeWorkloads(CHOICES);
    // 1,000 users x 20 a minute.
    expect(burst!.operations.find(({ name }) => name === "ledger-create")).toEqual({
      name: "ledger-create",
      vus: 334,
      stages: [{ perThousandSeconds: 333_333, seconds: 60 }],
    });
    // Bounded at 10 a second in all, a third of it open trades.
    expect(dashboards!.operations[0]).toMatchObject({
      name: "open-trades",
      stages: [{ perThousandSeconds: 3_333, seconds: 60 }],
    });
    // 6.7 sign-ups a second in a wave.
    expect(rush!.operations.find(({ name }) => name === "sign-up")!.stages).toEqual([
      { perThousandSeconds: 3_333, seconds: 12 },
      { perThousandSeconds: 10_000, seconds: 24 },
      { perThousandSeconds: 5_000, seconds: 24 },
    ]);
  });

  it("ramps as the rule has it, and the compressed one likewise", () => {
    const levels = [500, 750, 1_125, 1_688, 2_531, 3_797, 5_695, 8_543, 10_000];
    expect(rates("ramp-500-50-5")).toEqual(levels);
    expect(rates("ramp-500-50-5-compressed")).toEqual(levels);
    expect(rates("ramp-500-50-5", 1_000)).toEqual(levels.slice(0, 3));
    const { "ramp-500-50-5": real, "ramp-500-50-5-compressed": short } = makeWorkloads(CHOICES);
    expect(durationSeconds(real!.operations[0]!.stages)).toBe(9 * 300);
    expect(durationSeconds(short!.operations[0]!.stages)).toBe(9 * 5);
  });

  it("makes no sign-up where nobody takes it", () => {
    const all = Object.values(makeWorkloads({ ...CHOICES, signUps: false }));
    const names = all.flatMap(({ operations }) => operations.map(({ name }) => name));
    expect(names).not.toContain("sign-up");
    expect(all).toHaveLength(8);
  });

  it("leaves out what would never start, so that no threshold waits for it", () => {
    for (const users of [1, 20, 1_000]) {
      for (const { operations } of Object.values(makeWorkloads({ ...CHOICES, users }))) {
        for (const { stages } of operations) expect(plannedArrivals(stages)).toBeGreaterThan(0);
      }
    }
  });

  it("holds every operation to a threshold, and every run to an honest load", () => {
    for (const { operations, thresholds } of Object.values(makeWorkloads(CHOICES))) {
      for (const { name } of operations) {
        expect(thresholds).toHaveProperty([`plimsoll_latency{operation:${name}}`]);
        expect(thresholds).toHaveProperty([`plimsoll_failed{operation:${name}}`]);
        expect(thresholds).toHaveProperty([`iterations{scenario:${name}}`]);
      }
      expect(thresholds).toMatchObject({ dropped_iterations: ["count<1"] });
    }
    // 99% of 19,999, less one that may fall due at the end itself.
    expect(makeWorkloads(CHOICES)["ledger-burst"]!.thresholds).toMatchObject({
      "iterations{scenario:ledger-create}": ["count>=19798"],
    });
  });
});
