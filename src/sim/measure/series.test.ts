import { expect, test } from "vitest";
import { Series } from "./series.ts";

const market = { updates: [], regimeAt: () => "calm" };

test("what happens in the last second, after the phase's end, is not cut off", () => {
  const series = new Series();
  series.count("commits", 500);
  series.count("commits", 2300);
  const seconds = series.seconds("active", 2000, 0, market);
  expect(seconds.map(({ commits }) => commits)).toEqual([1, 0, 1]);
});

test("a second long past keeps its figures", () => {
  const series = new Series();
  for (const latencyMs of [10, 20, 400]) series.latency("pnl", 100, latencyMs);
  for (let second = 1; second < 120; second += 1) series.latency("query", second * 1000, 5);
  const [first, , last] = series.seconds("active", 3000, 0, market);
  expect(first).toMatchObject({ pnlP50Ms: 20, pnlP99Ms: 400, queryP95Ms: null });
  expect(last).toMatchObject({ pnlP50Ms: null, queryP95Ms: 5 });
});
