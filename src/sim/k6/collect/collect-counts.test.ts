import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRealClock } from "../../clock/real-clock.ts";
import { FakeClock } from "../../drivers/testing/fake-clock.ts";
import { collectCounts } from "./collect-counts.ts";
import { resolveCollectOptions } from "./collect-options.ts";
import { verdictOf } from "./collected-report.ts";
import type { K6Counts } from "./counts-file.ts";
import { judgeCollected } from "./judge-collected.ts";
import { mergeCounts } from "./merge-counts.ts";

const BASIS = "measured on embedded engine, limits modelled";

/** 200 queries of 10 to 29 ms and 100 executions, all well. */
function counts(changes: Partial<K6Counts> = {}): K6Counts {
  return {
    format: "plimsoll-k6-counts/1",
    run: "a-run",
    workload: "load",
    segment: "0:1",
    durationMs: 60_000,
    iterations: 300,
    dropped: 0,
    faults: 0,
    late: 0,
    worstLatenessMs: 3,
    operations: [
      {
        name: "open-trades",
        planned: 200,
        outcomes: { OK: 200 },
        buckets: Array.from({ length: 20 }, (_, index) => [10 + index, 10]),
      },
      { name: "ledger-create", planned: 100, outcomes: { OK: 100 }, buckets: [[7, 100]] },
    ],
    ...changes,
  };
}

/** The same as so many segments would tell it, each count dealt out as the draws have it. */
function divide(whole: K6Counts, parts: number, draw: () => number): readonly K6Counts[] {
  const deal = (count: number): number[] => {
    const shares = Array.from({ length: parts }, () => 0);
    for (let left = count; left > 0; left -= 1) shares[draw() % parts]! += 1;
    return shares;
  };
  const iterations = deal(whole.iterations);
  const operations = whole.operations.map(({ outcomes, buckets, ...one }) => ({
    one,
    outcomes: Object.entries(outcomes).map(([code, count]) => [code, deal(count)] as const),
    buckets: buckets.map(([bucket, count]) => [bucket, deal(count)] as const),
  }));
  return Array.from({ length: parts }, (_, part) => ({
    ...whole,
    segment: `${part}/${parts}:${part + 1}/${parts}`,
    iterations: iterations[part]!,
    operations: operations.map(({ one, outcomes, buckets }) => ({
      ...one,
      outcomes: Object.fromEntries(outcomes.map(([code, shares]) => [code, shares[part]!])),
      buckets: buckets.map(([bucket, shares]) => [bucket, shares[part]!] as [number, number]),
    })),
  }));
}

const shown = (all: readonly K6Counts[]) => {
  const { segments: _segments, operations, ...rest } = mergeCounts(all);
  return {
    ...rest,
    operations: operations.map(({ latency, ...one }) => ({ ...one, latency: latency.encode() })),
  };
};

describe("mergeCounts", () => {
  it("gives the same for any number of segments as for one, to the byte", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.nat()), (parts, draws) => {
        const divided = divide(counts(), parts, () => draws.next().value as number);
        expect(shown(divided)).toEqual(shown([counts()]));
      }),
      { numRuns: 20 },
    );
  });
});

const verdicts = (all: readonly K6Counts[]) =>
  Object.fromEntries(
    judgeCollected(mergeCounts(all), BASIS).map(({ id, verdict }) => [id, verdict]),
  );

describe("judgeCollected", () => {
  it("passes a load that was all there and well", () => {
    const checks = judgeCollected(mergeCounts([counts()]), BASIS);
    expect(new Set(checks.map(({ verdict }) => verdict))).toEqual(new Set(["pass"]));
    expect(checks.find(({ id }) => id === "benchmark.query")).toMatchObject({
      figure: "p95 28.0 ms",
      samples: 200,
    });
  });

  const slow: K6Counts["operations"] = [
    { ...counts().operations[0]!, buckets: [[300, 200]] },
    counts().operations[1]!,
  ];
  const lost: K6Counts["operations"] = [
    { ...counts().operations[0]!, planned: 250 },
    counts().operations[1]!,
  ];
  const failed: K6Counts["operations"] = [
    counts().operations[0]!,
    { ...counts().operations[1]!, outcomes: { OK: 99, UNAVAILABLE: 1 }, buckets: [[7, 99]] },
  ];
  it.each([
    { what: "a missing segment", of: [counts({ segment: "0:1/2" })], fails: "harness.segments" },
    { what: "nothing at all", of: [], fails: "harness.segments" },
    { what: "a dropped iteration", of: [counts({ dropped: 1 })], fails: "harness.generator" },
    { what: "an iteration that threw", of: [counts({ faults: 1 })], fails: "harness.k6-faults" },
    { what: "slow queries", of: [counts({ operations: slow })], fails: "benchmark.query" },
    { what: "a load that was not made", of: [counts({ operations: lost })], fails: "harness.load" },
    { what: "a failure", of: [counts({ operations: failed })], fails: "harness.client-errors" },
  ])("fails $what", ({ of, fails }) => {
    expect(verdicts(of)).toMatchObject({ [fails]: "fail" });
  });

  it("decides nothing by a generator that was late", () => {
    expect(verdicts([counts({ late: 4 })])).toMatchObject({ "harness.generator": "inconclusive" });
  });
});

describe("collectCounts", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "plimsoll-collect-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function collect(clock = createRealClock()) {
    const said: string[] = [];
    const { promise: at, resolve } = Promise.withResolvers<string>();
    const log = (line: string): void => {
      said.push(line);
      const url = /http:\S+/.exec(line)?.[0];
      if (url !== undefined) resolve(url);
    };
    const leaving = new AbortController();
    const options = resolveCollectOptions({
      run: "a-run",
      measuredOn: "gateway-embedded",
      port: "0",
      output: join(folder, "report"),
    });
    const done = collectCounts(options, clock, log, leaving.signal);
    const post = async (body: unknown) => {
      const answer = await fetch(await at, { method: "POST", body: JSON.stringify(body) });
      return { status: answer.status, text: await answer.text() };
    };
    return { done, post, leaving, at };
  }

  it("ends when all segments have come, whatever else is sent, and writes the report", async () => {
    const { done, post } = collect();
    const [one, other] = divide(counts(), 2, () => 0) as [K6Counts, K6Counts];
    expect(await post(one)).toMatchObject({ status: 200 });
    expect(await post(one)).toEqual({ status: 200, text: "segment 0/2:1/2 once more" });
    expect(await post({ ...one, iterations: 7 })).toMatchObject({ status: 409 });
    expect(await post({ ...other, run: "another" })).toMatchObject({ status: 400 });
    expect(await post({ ...other, workload: "soak" })).toMatchObject({ status: 400 });
    expect(await post({ ...other, secret: 1 })).toMatchObject({ status: 400 });
    expect(await post("nonsense")).toMatchObject({ status: 400 });
    expect(await post(other)).toMatchObject({ status: 200 });
    const collected = await done;
    expect(verdictOf(collected)).toBe("pass");
    expect(await readFile(join(folder, "report", "summary.md"), "utf8")).toMatch(
      /^# PASS: load, run a-run\n[\s\S]*\| open-trades \| 200 \| 200 \| 0 \| 19\.0 ms \| 28\.0 ms/,
    );
    const json = JSON.parse(await readFile(join(folder, "report", "collected.json"), "utf8"));
    expect(json).toMatchObject({ verdict: "pass", cut: null, segmentFaults: [] });
    const junit = await readFile(join(folder, "report", "junit.xml"), "utf8");
    expect(junit).toMatch(/<testsuites name="plimsoll" tests="7" failures="0" errors="0"/);
  });

  it("fails with what has come when it is interrupted, and when the time is up", async () => {
    const interrupted = collect();
    await interrupted.post(divide(counts(), 3, () => 0)[0]);
    interrupted.leaving.abort();
    expect(await interrupted.done).toMatchObject({
      cut: "it was interrupted",
      merged: { segmentFaults: ["1/3:1 is missing"] },
    });
    const clock = new FakeClock();
    const late = collect(clock);
    await late.at;
    await clock.advanceTo(2 * 3_600_000);
    const collected = await late.done;
    expect(collected.cut).toBe("7200 s were over");
    expect(verdictOf(collected)).toBe("fail");
    expect(await readFile(join(folder, "report", "summary.md"), "utf8")).toContain(
      "# FAIL: nothing came, run a-run",
    );
    expect(await readFile(join(folder, "report", "junit.xml"), "utf8")).toContain("<failure");
  });
});

describe("resolveCollectOptions", () => {
  it("tells every fault at once", () => {
    expect(() => resolveCollectOptions({ port: "x", run: "A_B" })).toThrow(
      /--run: "A_B" .*\n--measured-on: is missing.*\n--port: "x"/,
    );
  });
});
