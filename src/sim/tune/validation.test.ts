import { expect, it } from "vitest";
import { fixtureResult } from "../report/result.fixture.ts";
import type { Result } from "../report/result.ts";
import { compareRuns } from "./validation.ts";

const base = fixtureResult();
const [phase] = base.phases;

interface Figures {
  readonly p99: number;
  readonly writes: number;
  readonly refused: number;
  readonly failed: readonly string[];
  readonly late: boolean;
  readonly load?: number;
}

const SAME: Figures = { p99: 120, writes: 20_000, refused: 0, failed: [], late: false };

function resultOf({ p99, writes, refused, failed, late, load = 1 }: Figures): Result {
  const [check] = base.checks;
  const [histogram] = base.histograms.filter(({ metric }) => metric === "pnl-commit");
  const lateCheck = { ...check!, id: "harness.pulse-lane", verdict: "inconclusive" } as const;
  return {
    ...base,
    run: { ...base.run, machine: { ...base.run.machine!, cpus: 2, loadAverage: load } },
    checks: [
      ...failed.map((id) => ({ ...check!, id, verdict: "fail" as const })),
      ...(late ? [lateCheck] : []),
    ],
    histograms: [{ ...histogram!, p99 }],
    phases: [
      {
        ...phase!,
        durationMs: 60_000,
        writesCommitted: writes,
        limits: { ...phase!.limits!, commits: 2000, queries: 0, refusedAttempts: refused },
      },
    ],
  };
}

it.each([
  ["the same", {}, "agrees"],
  ["slower by what a machine adds", { p99: 240 }, "agrees"],
  ["much slower", { p99: 260 }, "disagrees"],
  ["much slower on a busy machine", { p99: 260, late: true }, "inconclusive"],
  ["much slower beside other work", { p99: 260, load: 4.1 }, "inconclusive"],
  ["fewer writes", { writes: 19_000 }, "disagrees"],
  ["a few refusals", { refused: 9 }, "agrees"],
  ["many refusals", { refused: 30 }, "disagrees"],
  ["another check fails", { failed: ["limits.queueing"] }, "disagrees"],
] as const)("%s: %j %s", (_, change, verdict) => {
  const validation = compareRuns(resultOf(SAME), resultOf({ ...SAME, ...change }));
  expect(validation.verdict).toBe(verdict);
  expect(validation.comparisons.length).toBe(4);
});
