import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { modelConstants } from "./constants.ts";
import { LatencyModel, type LatencyProfile, twoPhaseMs } from "./latency.ts";

function samples(
  profile: LatencyProfile,
  draw: (latency: LatencyModel) => number,
): readonly number[] {
  const latency = new LatencyModel(profile, modelConstants(), createRng(1));
  return Array.from({ length: 20_000 }, () => draw(latency)).toSorted(
    (left, right) => left - right,
  );
}

describe("latency", () => {
  test.each([
    ["us-central1", 25, 120],
    ["nam5", 50, 240],
  ] as const)("in %s half of all commits take %d ms", (profile, p50, p99) => {
    const commits = samples(profile, (latency) => latency.commit(1));
    expect(commits[10_000]).toBeGreaterThan(p50 * 0.97);
    expect(commits[10_000]).toBeLessThan(p50 * 1.03);
    expect(commits[19_800]).toBeGreaterThan(p99 * 0.93);
    expect(commits[19_800]).toBeLessThan(p99 * 1.07);
  });

  test("14. a commit never takes less for touching more ranges (Spanner's table 4)", () => {
    let before = 0;
    for (let participants = 1; participants < 500; participants += 1) {
      const added = twoPhaseMs(participants);
      expect(added).toBeGreaterThanOrEqual(before);
      before = added;
    }
    expect(twoPhaseMs(1)).toBe(0);
    expect(twoPhaseMs(2)).toBe(7.5);
    expect(twoPhaseMs(200)).toBe(133.5);
  });

  test("what a commit's or a lookup's size adds is added to each draw, and in a multi-region more", () => {
    const constants = modelConstants({
      "commit-per-document": 2,
      "commit-per-index-entry": 0.5,
      "commit-per-kib": 0.25,
      "read-per-document": 3,
      "read-per-kib": 0.125,
    });
    const size = { documents: 11, indexEntries: 40, bytes: 8192 };
    for (const [profile, write, read] of [
      ["us-central1", 1, 1],
      ["nam5", 2, 1.2],
      ["off", 0, 0],
    ] as const) {
      const [small, large] = [1, 2].map(() => new LatencyModel(profile, constants, createRng(1)));
      const added = (large?.commit(1, size) ?? 0) - (small?.commit(1) ?? 0);
      expect(added).toBeCloseTo(write * (20 + 20 + 2));
      expect((large?.read(5, 2048) ?? 0) - (small?.read() ?? 0)).toBeCloseTo(read * 12.25);
    }
  });

  test("17. a query that merges indexes is slower than one that has its own", () => {
    const own = samples("us-central1", (latency) => latency.query(false));
    const merged = samples("us-central1", (latency) => latency.query(true));
    expect(merged[10_000]).toBeGreaterThan(1.5 * (own[10_000] ?? 0));
  });

  test("switched off, nothing takes time", () => {
    const draws = samples(
      "off",
      (latency) => latency.commit(50) + latency.read() + latency.query(true),
    );
    expect(new Set(draws)).toEqual(new Set([0]));
  });

  test("the same seed draws the same", () => {
    const draw = (latency: LatencyModel): number => latency.commit(3);
    expect(samples("nam5", draw)).toEqual(samples("nam5", draw));
  });
});
