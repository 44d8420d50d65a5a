import { describe, expect, it } from "vitest";
import { Histogram } from "../measure/histogram.ts";
import { fixtureResult } from "../report/result.fixture.ts";
import type { Result } from "../report/result.ts";
import { entryOfResult } from "./entry-of-result.ts";
import { readEntry } from "./history-entry.ts";

const result = fixtureResult();
const OCCASION = { lane: "gateway", at: "2026-11-26T03:17:00.000Z" };

function latencyOf(count: number): Result {
  const histogram = new Histogram();
  for (let index = 1; index <= count; index += 1) histogram.record(index / 10);
  const labels = { metric: "query", phase: "dashboards", describes: "a query" };
  return { ...result, histograms: [histogram.summarize(labels)] };
}

describe("a run in the history", () => {
  it("is what the history reads", () => {
    const entry = entryOfResult(result, OCCASION);
    expect(readEntry(JSON.stringify(entry))).toEqual({ kind: "entry", entry });
    expect(entry).toMatchObject({ run: result.run.id, commit: result.run.commit, unfit: null });
  });

  it("on a virtual clock has the time of the night, for its own is always the same", () => {
    const virtual = { ...result, run: { ...result.run, machine: null } };
    expect(entryOfResult(virtual, OCCASION).startedAt).toBe(OCCASION.at);
    expect(entryOfResult(result, OCCASION).startedAt).toBe(result.run.startedAt);
  });

  it("has the quantiles that enough samples lie beyond, each within its bounds", () => {
    const names = (count: number) =>
      entryOfResult(latencyOf(count), OCCASION)
        .figures.map(({ metric }) => metric)
        .filter((metric) => metric.startsWith("query"));
    expect(names(19)).toEqual([]);
    expect(names(20)).toEqual(["query p50 (dashboards)"]);
    expect(names(200)).toHaveLength(2);
    expect(names(1000)).toEqual(["p50", "p95", "p99"].map((name) => `query ${name} (dashboards)`));
    const { figures } = entryOfResult(latencyOf(1000), OCCASION);
    for (const { value, low, high } of figures.filter(({ metric }) => metric.startsWith("query"))) {
      expect([low, value, high].toSorted((left = 0, right = 0) => left - right)).toEqual([
        low,
        value,
        high,
      ]);
    }
    // 500 ± 1.96 × √250 of 1,000 samples of 0.1 ms each.
    expect(figures[0]).toMatchObject({
      low: expect.closeTo(46.9, 0),
      high: expect.closeTo(53.1, 0),
    });
  });

  it("is unfit where it was cut short or its generator was late", () => {
    const cut: Result = {
      ...result,
      run: { ...result.run, status: "partial", partialReason: "interrupted by Ctrl-C" },
    };
    expect(entryOfResult(cut, OCCASION).unfit).toBe("cut short: interrupted by Ctrl-C");
    const [check] = result.checks;
    const late = {
      ...check,
      id: "harness.generator",
      title: "Generator",
      verdict: "fail",
      figure: "9 late",
    };
    const checks = [...result.checks, late as Result["checks"][number]];
    expect(entryOfResult({ ...result, checks }, OCCASION).unfit).toBe("Generator: 9 late");
  });

  it("has another key with another machine, config, model or driver, and not with another report folder", () => {
    const { key } = entryOfResult(result, OCCASION);
    const { run, target, limiter } = result;
    const keyOf = (other: Partial<Result>) => entryOfResult({ ...result, ...other }, OCCASION).key;
    const options = (more: object) => ({ run: { ...run, options: { ...run.options, ...more } } });
    expect(keyOf(options({ reports: "elsewhere", quiet: true }))).toEqual(key);
    expect(keyOf(options({ users: 7 })).config).not.toBe(key.config);
    expect(keyOf({ limiter: { ...limiter, config: { other: 1 } } }).config).not.toBe(key.config);
    expect(keyOf(options({ driver: "k6" })).driver).toBe("k6");
    expect(keyOf({ run: { ...run, inputs: "00000000" } }).config).not.toBe(key.config);
    const assumed = [{ id: "commit-p50", value: 1, unit: "ms", limits: "x" }];
    expect(keyOf({ target: { ...target, assumed } }).model).not.toBe(key.model);
    expect(keyOf({ target: { ...target, latency: "nam5" } }).target).not.toBe(key.target);
    const machine = { cpus: 64, cpuModel: "x", memoryGiB: 15.6, loadAverage: 3 };
    expect(keyOf({ run: { ...run, machine } }).machine).toBe("64 × x, 16 GiB");
  });
});
