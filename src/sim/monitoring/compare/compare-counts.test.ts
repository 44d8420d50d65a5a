import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CountedOperations } from "../../measure/counted-operations.ts";
import type { DeltaSeries } from "../series/metric-series.ts";
import { compareCounts, type CompareOptions, type Monitored } from "./compare-counts.ts";

const START = Date.UTC(2026, 10, 26, 9, 0, 17);
const MINUTE = 60_000;
const SECOND = 1000;

/** A number of writes at a moment. */
interface Done {
  readonly atMs: number;
  readonly count: number;
}

function countedOf(done: readonly Done[]): CountedOperations {
  const stretches = new Map<number, number>();
  for (const { atMs, count } of done) {
    const at = Math.floor(atMs / SECOND);
    stretches.set(at, (stretches.get(at) ?? 0) + count);
  }
  return {
    stretchMs: SECOND,
    stretches: [...stretches]
      .sort(([left], [right]) => left - right)
      .map(([at, count]) => ({
        at,
        reads: [0, 0],
        writes: [count, count],
        deletes: [0, 0],
        refused: [0, 0],
      })),
  };
}

/** The samples that a service makes of it, whose periods begin at `phaseMs` past the minute. */
function sampled(done: readonly Done[], phaseMs: number, op = "CREATE"): DeltaSeries {
  const samples = new Map<number, number>();
  for (const { atMs, count } of done) {
    const number = Math.floor((atMs - phaseMs) / MINUTE);
    samples.set(number, (samples.get(number) ?? 0) + count);
  }
  const deltas = [...samples]
    .sort(([left], [right]) => left - right)
    .map(([number, value]) => {
      const startMs = number * MINUTE + phaseMs;
      return { startMs, endMs: startMs + MINUTE, value };
    });
  return { labels: { op }, deltas };
}

function optionsOf(done: readonly Done[]): CompareOptions {
  const times = done.map(({ atMs }) => Math.floor(atMs / SECOND) * SECOND);
  const window = { fromMs: Math.min(...times), toMs: Math.max(...times) + SECOND };
  const seen = { fromMs: window.fromMs - 10 * MINUTE, toMs: window.toMs + 5 * MINUTE };
  return { window, seen, samplePeriodMs: MINUTE, isSettled: true };
}

function monitoredOf(...series: readonly DeltaSeries[]): Monitored {
  return { metric: "document/write_ops_count", series, remarks: [], spoiled: null };
}

/** Every second for so long. */
function steady(seconds: number, count: number, fromMs = START): readonly Done[] {
  return Array.from({ length: seconds }, (_, index) => ({ atMs: fromMs + index * SECOND, count }));
}

const runs = fc.array(
  fc.record({
    atMs: fc.integer({ min: START, max: START + 8 * MINUTE }),
    count: fc.integer({ min: 1, max: 500 }),
  }),
  { minLength: 1, maxLength: 80 },
);
const phases = fc.integer({ min: 0, max: MINUTE - 1 });

describe("setting counts side by side", () => {
  it("agrees with itself, wherever samples begin and although the clocks differ", () => {
    fc.assert(
      fc.property(runs, phases, fc.integer({ min: -3000, max: 3000 }), (done, phaseMs, skewMs) => {
        const theirs = done.map(({ atMs, count }) => ({ atMs: atMs + skewMs, count }));
        const compared = compareCounts(
          "writes",
          countedOf(done),
          monitoredOf(sampled(theirs, phaseMs)),
          optionsOf(done),
        );
        expect(compared.finding).toBe("agrees");
        expect(compared.tolerance).toBeGreaterThanOrEqual(5);
      }),
    );
  });

  it("never agrees with a count that is further away than the tolerance it states", () => {
    const off = fc.integer({ min: -40_000, max: 40_000 });
    fc.assert(
      fc.property(runs, phases, off, (done, phaseMs, change) => {
        const series = sampled(done, phaseMs);
        const [first, ...others] = series.deltas;
        const value = Math.max(0, Number(first?.value) + change);
        const changed = { ...series, deltas: [{ ...first!, value }, ...others] };
        const compared = compareCounts(
          "writes",
          countedOf(done),
          monitoredOf(changed),
          optionsOf(done),
        );
        const apart = Math.abs(compared.monitored - compared.counted[0]);
        expect(compared.finding === "agrees").toBe(apart <= compared.tolerance);
      }),
    );
  });

  it("is exact to the tolerance where all samples lie around the run", () => {
    const done = steady(240, 100, START + 20 * SECOND);
    const compare = (value: number) => {
      const series = sampled([{ atMs: done[0]!.atMs, count: value }], 0);
      const spread = {
        ...series,
        deltas: [{ startMs: START - 30_000, endMs: START + 600_000, value }],
      };
      return compareCounts("writes", countedOf(done), monitoredOf(spread), optionsOf(done));
    };
    expect(compare(24_000)).toMatchObject({ tolerance: 240, counted: [24_000, 24_000] });
    expect([23_760, 23_759, 24_240, 24_241].map((value) => compare(value).finding)).toEqual([
      "agrees",
      "fewer",
      "agrees",
      "more",
    ]);
  });

  it("lets a commit whose answer was lost have been applied or not", () => {
    const done = steady(60, 100);
    const counted = countedOf(done);
    const stretches = counted.stretches.map((one) => ({
      ...one,
      writes: [100, 150] as [number, number],
    }));
    for (const count of [100, 130, 150]) {
      const theirs = sampled(steady(60, count), 0);
      const compared = compareCounts(
        "writes",
        { ...counted, stretches },
        monitoredOf(theirs),
        optionsOf(done),
      );
      expect(compared).toMatchObject({ finding: "agrees", counted: [6000, 9000] });
    }
  });

  it("knows others by what they do while the run does nothing", () => {
    const done = steady(240, 10);
    const all = steady(1200, 5, START - 8 * MINUTE);
    const theirs = sampled([...done, ...all], 0);
    const compared = compareCounts("writes", countedOf(done), monitoredOf(theirs), optionsOf(done));
    expect(compared.finding).toBe("others");
    expect(compared.background).toBeGreaterThan(1000);
  });

  it("lays no more on others than they do by themselves", () => {
    const done = steady(240, 10);
    const others = steady(1200, 1, START - 8 * MINUTE);
    const theirs = sampled([...done, ...others, ...steady(240, 8)], 0);
    const compared = compareCounts("writes", countedOf(done), monitoredOf(theirs), optionsOf(done));
    expect(compared.finding).toBe("more");
    expect(compared.background).toBeGreaterThan(200);
  });

  it("does not lay on others what came only while the run ran", () => {
    const done = steady(240, 10);
    const theirs = sampled([...done, ...steady(240, 5)], 0);
    const compared = compareCounts("writes", countedOf(done), monitoredOf(theirs), optionsOf(done));
    expect(compared).toMatchObject({ finding: "more", background: 0 });
  });

  it("says that a sample is missing when that alone is why", () => {
    const done = steady(600, 10);
    const whole = sampled(done, 0);
    for (const missing of [0, 3, whole.deltas.length - 1]) {
      const series = { ...whole, deltas: whole.deltas.filter((_, index) => index !== missing) };
      const compared = compareCounts(
        "writes",
        countedOf(done),
        monitoredOf(series),
        optionsOf(done),
      );
      expect(compared.finding).toBe("gap");
      expect(compared.gaps).toHaveLength(1);
    }
  });

  it("does not excuse a loss by a gap that does not explain it", () => {
    const done = steady(600, 10);
    const lossy = sampled(steady(600, 8), 0);
    const series = { ...lossy, deltas: lossy.deltas.filter((_, index) => index !== 3) };
    const compared = compareCounts("writes", countedOf(done), monitoredOf(series), optionsOf(done));
    expect(compared.finding).toBe("fewer");
  });

  it("does not judge by a gap that most of the run lies in", () => {
    const done = [...steady(60, 10), ...steady(60, 1000, START + 3 * MINUTE)];
    const [first] = sampled(done, 0).deltas;
    const compared = compareCounts(
      "writes",
      countedOf(done),
      monitoredOf({ labels: {}, deltas: first === undefined ? [] : [first] }),
      optionsOf(done),
    );
    expect(compared.finding).toBe("fewer");
  });

  it("takes a rare operation's empty minutes for what they are", () => {
    const done = [...steady(1, 900), ...steady(1, 900, START + 7 * MINUTE)];
    const compared = compareCounts(
      "writes",
      countedOf(done),
      monitoredOf(sampled(done, 0)),
      optionsOf(done),
    );
    expect(compared).toMatchObject({ finding: "agrees", gaps: [] });
  });

  it.each([
    ["no-metric", { metric: null }],
    ["spoiled", { spoiled: "a count of -1" }],
    ["no-points", {}],
  ] as const)("says %s, and never agrees", (finding, change) => {
    const done = steady(60, 10);
    const compared = compareCounts(
      "writes",
      countedOf(done),
      { ...monitoredOf(), ...change },
      optionsOf(done),
    );
    expect(compared).toMatchObject({ finding, points: 0 });
  });

  it("waits with its judgement while the count still grows", () => {
    const done = steady(60, 100);
    const theirs = monitoredOf(sampled(steady(60, 50), 0));
    const options = { ...optionsOf(done), isSettled: false };
    expect(compareCounts("writes", countedOf(done), theirs, options).finding).toBe("unsettled");
  });

  it("compares a part of a run with the samples that touch it", () => {
    const done = steady(600, 10);
    const options = {
      ...optionsOf(done),
      window: { fromMs: START + 2 * MINUTE, toMs: START + 3 * MINUTE },
    };
    const compared = compareCounts(
      "writes",
      countedOf(done),
      monitoredOf(sampled(done, 0)),
      options,
    );
    expect(compared).toMatchObject({ finding: "agrees", counted: [1200, 1200], monitored: 1200 });
    // Ten seconds at either end might be on the other side of it.
    expect(compared.tolerance).toBe(12 + 200);
    expect(compared.background).toBeNull();
  });
});
