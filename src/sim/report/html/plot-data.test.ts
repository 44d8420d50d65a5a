import { describe, expect, test } from "vitest";
import { fixtureResult } from "../result.fixture.ts";
import type { Second } from "../result.ts";
import { plotData } from "./plot-data.ts";

const EMPTY_SECOND: Second = {
  ...fixtureResult().series[0]!,
  regime: "calm",
  retries: 0,
  limiterRate: null,
  limiterBacklogMs: null,
  pnlP50Ms: null,
  pnlP99Ms: null,
  queryP95Ms: null,
};

function secondsOf(changes: readonly Partial<Second>[]): Second[] {
  return changes.map((change) => ({ ...EMPTY_SECOND, ...change }));
}

describe("plotData", () => {
  test("breaks the lines where the run paused between phases", () => {
    const series = secondsOf([
      { second: 0, phase: "a", writesOffered: 5 },
      { second: 1, phase: "a", writesOffered: 6 },
      { second: 6, phase: "b", writesOffered: 7 },
    ]);
    const data = plotData(fixtureResult({ series }));
    expect(data.seconds).toEqual([0, 1, 2, 6]);
    expect(data.plots[0]!.lines[0]!.values).toEqual([5, 6, null, 7]);
    expect(data.phases).toEqual([
      { name: "a", from: 0, until: 2 },
      { name: "b", from: 6, until: 7 },
    ]);
  });

  test("joins seconds of one regime, also across phases that follow each other", () => {
    const series = secondsOf([
      { second: 0, phase: "a" },
      { second: 1, phase: "b" },
      { second: 2, phase: "b", regime: "halt" },
    ]);
    expect(plotData(fixtureResult({ series })).regimes).toEqual([
      { name: "calm", from: 0, until: 2 },
      { name: "halt", from: 2, until: 3 },
    ]);
  });

  test("leaves out lines without samples, and plots without lines", () => {
    const series = secondsOf([{ second: 0, retries: 0, clientErrors: 0 }]);
    const { plots } = plotData(fixtureResult({ series }));
    expect(plots.map(({ id }) => id)).toEqual(["writes", "market"]);
    expect(plots[0]!.lines.map(({ name }) => name)).toEqual(["offered", "committed"]);
  });

  test("takes the bound of a plot from its check, when the check is in the plot's unit", () => {
    const fixture = fixtureResult();
    const boundOf = (unit: string): unknown =>
      plotData({
        ...fixture,
        checks: fixture.checks.map((check) => ({ ...check, unit })),
      }).plots.find(({ id }) => id === "pnl")?.bound;
    expect(boundOf("ms")).toEqual({ value: 500, label: "target p99 < 500 ms" });
    expect(boundOf("s")).toBeNull();
  });

  test("plots the backlog in seconds", () => {
    const series = secondsOf([{ second: 0, limiterBacklogMs: 2500 }]);
    const backlog = plotData(fixtureResult({ series })).plots.find(({ id }) => id === "backlog");
    expect(backlog?.lines[0]?.values).toEqual([2.5]);
  });
});

describe("a long run", () => {
  test("is drawn by means a second, and by its busiest second", () => {
    const series = secondsOf([
      {
        second: 0,
        seconds: 10,
        phase: "a",
        writesCommitted: 50,
        writesCommittedMax: 20,
        retries: 5,
      },
      { second: 10, seconds: 4, phase: "a", writesCommitted: 40, writesCommittedMax: 30 },
      { second: 14, phase: "b", writesCommitted: 3 },
    ]);
    const { step, plots, phases, seconds } = plotData(fixtureResult({ series }));
    const valuesOf = (id: string, name: string): unknown =>
      plots.find((plot) => plot.id === id)?.lines.find((line) => line.name === name)?.values;
    expect(step).toBe(10);
    expect(seconds).toEqual([0, 10, 14]);
    expect(valuesOf("writes", "committed")).toEqual([5, 10, 3]);
    expect(valuesOf("writes", "committed in the busiest second")).toEqual([20, 30, null]);
    expect(valuesOf("troubles", "retries")).toEqual([0.5, 0, 0]);
    expect(phases).toEqual([
      { name: "a", from: 0, until: 14 },
      { name: "b", from: 14, until: 15 },
    ]);
  });

  test("has no more points than a plot shows", () => {
    const series = secondsOf(
      Array.from({ length: 15_000 }, (_, second) => ({ second, phase: "a" })),
    );
    const { step, seconds } = plotData(fixtureResult({ series }));
    expect(step).toBe(3);
    expect(seconds).toHaveLength(5000);
  });
});
