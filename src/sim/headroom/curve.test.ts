import { expect, test } from "vitest";
import { curvePoints, medianOf, refusedShare, renderCurveCsv } from "./curve.ts";
import { renderCurveSvg } from "./curve-svg.ts";
import type { HeadroomResult } from "./headroom-result.ts";
import type { TrialSummary } from "./trial-summary.ts";

function trial(load: number, seed: number, p99Ms: number | null, refused = 0): TrialSummary {
  return {
    load,
    seed,
    meets: refused === 0,
    failed: refused === 0 ? [] : ["limits.refusals", "limits.queueing"],
    undecided: [],
    binding: null,
    figures: {
      p99Ms,
      p99Of: "pnl-commit",
      queueingP99Ms: 1,
      attempts: 1000,
      refusedAttempts: refused,
      writesPerSecond: 10,
    },
  };
}

const load = (value: number) => ({ kind: "load", load: value }) as const;

function result(curve: readonly TrialSummary[] | null): HeadroomResult {
  return {
    schemaVersion: 1,
    id: "headroom-x",
    command: "npm run sim -- headroom",
    commit: "c",
    status: "complete",
    partialReason: null,
    scenario: "flash-crash",
    varied: "users",
    noun: "users",
    range: { from: 1, to: 1000, precision: 0.02 },
    model: "assumed",
    options: {},
    headline: "h",
    stages: [
      {
        lifted: [],
        seeds: [],
        headroom: {
          median: load(150),
          low: load(120),
          high: load(180),
          coverage: 0.94,
          everySeed: load(120),
        },
        binding: null,
        remedies: [],
      },
    ],
    curve,
  };
}

const CURVE = [trial(200, 2, 9000, 120), trial(100, 1, 90), trial(100, 2, 110), trial(200, 1, 800)];

test("curve.csv has a row for each load and seed, loads growing", () => {
  expect(renderCurveCsv(result(CURVE)).trim().split("\n").slice(1)).toEqual([
    "100,1,true,90,pnl-commit,1,1000,0,0,10,",
    "100,2,true,110,pnl-commit,1,1000,0,0,10,",
    "200,1,true,800,pnl-commit,1,1000,0,0,10,",
    "200,2,false,9000,pnl-commit,1,1000,120,0.12,10,limits.refusals limits.queueing",
  ]);
});

test("points are by load; their line goes through the lower median", () => {
  expect(curvePoints(CURVE).map(({ p99Ms }) => p99Ms)).toEqual([
    [90, 110],
    [9000, 800],
  ]);
  expect(medianOf([9000, 800])).toBe(800);
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(refusedShare(trial(1, 1, null))).toBe(0);
});

test("curve.svg is well-formed, with a dot for each trial, the target and the headroom", () => {
  const svg = renderCurveSvg(result([...CURVE, trial(400, 1, null, 1000)]));
  expect(svg).not.toMatch(/&(?!amp;|lt;)/);
  expect(svg.match(/<(\w+)[^>]*[^/]>/g)?.length).toBe(svg.match(/<\/\w+>/g)?.length ?? 0);
  // Four with a p99, five with refusals.
  expect(svg.match(/<circle/g)).toHaveLength(9);
  expect(svg).toContain("500 ms, the target");
  expect(svg).toContain(">150 users<");
  expect(svg).toContain(">100%<");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test("a single load, or none, is no curve", () => {
  expect(renderCurveSvg(result(null))).toBe("");
  expect(renderCurveSvg(result([trial(100, 1, 90)]))).toBe("");
});
