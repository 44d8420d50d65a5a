import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import { StoreError, type Store, type Write } from "../../system/store/store.ts";
import { OperationTally } from "../measure/operation-tally.ts";
import {
  monitoringEvidenceSchema,
  type MonitoringEvidence,
} from "../report/monitoring-evidence.ts";
import { testProject } from "../staging/project.fixture.ts";
import { monitoringChecks } from "../verify/monitoring-checks.ts";
import { LeapingClock } from "./read/leaping-clock.fixture.ts";
import { openMonitoringServer, type MonitoringServer } from "./server/monitoring-server.ts";
import type { MonitoringServerOptions } from "./server/monitoring-server.ts";
import { OperationsSource } from "./server/operations-source.ts";
import { Refusal } from "./server/refusal.ts";
import { witnessRun } from "./witness-run.ts";

const START = Date.UTC(2026, 10, 26, 9, 0, 41);

let server: MonitoringServer | undefined;
afterEach(() => server?.close());

/** What the service does besides, at each commit of the run. */
type Besides = (source: OperationsSource, commit: number) => void;

/** A run of four minutes against a database whose metrics a server tells, then the witness. */
async function witnessed(
  besides: Besides = () => undefined,
  options: Partial<MonitoringServerOptions> = {},
  signal = new AbortController().signal,
): Promise<MonitoringEvidence> {
  const clock = new LeapingClock(START);
  const source = new OperationsSource(clock, { project: "test-staging" });
  const memory = createMemoryStore(clock);
  let commits = 0;
  const database: Store = {
    ...memory,
    commit: async (writes) => {
      commits += 1;
      besides(source, commits);
      if (commits % 40 === 0) {
        source.request({ method: "Commit", code: "ABORTED", latencyMs: 60 });
        throw new StoreError("ABORTED", "commit", "a/b", "Too much contention on these documents.");
      }
      const result = await memory.commit(writes);
      source.request({ method: "Commit", code: "OK", latencyMs: 25 });
      source.writes("CREATE", writes.filter(({ kind }) => kind === "create").length);
      source.deletes(writes.filter(({ kind }) => kind === "delete").length);
      return result;
    },
  };
  const tally = new OperationTally(clock);
  const store = tally.watchStore(database);
  for (let second = 0; second < 240; second += 1) {
    const writes = Array.from({ length: 10 }, (_, index): Write => ({
      kind: "create",
      path: `a/${second}-${index}`,
      data: {},
    }));
    await store.commit(writes).catch(() => undefined);
    if (second % 60 === 30) await store.commit([{ kind: "delete", path: `a/${second}-0` }]);
    await clock.sleep(1000);
  }
  server = await openMonitoringServer({ source, ...options });
  const waits: number[] = [];
  const evidence = await witnessRun(testProject(server.port), tally, {
    clock,
    signal,
    say: () => undefined,
    onWait: (leftMs) => waits.push(leftMs),
  });
  expect(monitoringEvidenceSchema.parse(JSON.parse(JSON.stringify(evidence)))).toEqual(evidence);
  expect(waits.at(-1) ?? 0).toBe(0);
  return evidence;
}

function verdicts(evidence: MonitoringEvidence) {
  return Object.fromEntries(
    monitoringChecks(evidence, "measured on staging").map(({ id, verdict }) => [id, verdict]),
  );
}

const ALL_PASS = {
  "harness.monitoring-writes": "pass",
  "harness.monitoring-deletes": "pass",
  "harness.monitoring-refused": "pass",
};

describe("Cloud Monitoring as a run's witness", () => {
  it("bears out what the run counted", async () => {
    const evidence = await witnessed();
    expect(verdicts(evidence)).toEqual(ALL_PASS);
    expect(evidence.comparisons[0]).toMatchObject({
      metric: "firestore.googleapis.com/document/write_ops_count",
      monitored: 2340,
      counted: [2340, 2340],
      points: 5,
      background: 0,
      gaps: [],
      remarks: [],
    });
    expect(evidence.requests).toEqual([
      { method: "Commit", code: "OK", count: 238 },
      { method: "Commit", code: "ABORTED", count: 6 },
    ]);
    const [latency] = evidence.latencies;
    expect(latency).toMatchObject({ method: "Commit", count: 244 });
    expect(latency?.p50Ms).toBeGreaterThan(20);
    expect(latency?.p50Ms).toBeLessThan(30);
  });

  it.each<readonly [string, Besides, string, string]>([
    ["writes that came from elsewhere", (source) => source.writes("UPDATE", 2), "writes", "fail"],
    ["reads that the run knows nothing of", (source) => source.reads("QUERY", 3), "reads", "fail"],
    [
      "tries that a client library made by itself",
      (source) => source.request({ method: "Commit", code: "ABORTED", latencyMs: 9 }),
      "refused",
      "fail",
    ],
    [
      "a few more writes than the run counted",
      (source, commit) => source.writes("UPDATE", commit === 9 ? 20 : 0),
      "writes",
      "pass",
    ],
  ])("finds %s", async (_what, besides, quantity, verdict) => {
    const evidence = await witnessed(besides);
    expect(verdicts(evidence)[`harness.monitoring-${quantity}`]).toBe(verdict);
  });

  it("finds writes that never reached the database", async () => {
    const evidence = await witnessed(undefined, {
      faults: {
        alter: (answer) => ({
          ...answer,
          timeSeries: (answer.timeSeries ?? []).map((series) => ({
            ...series,
            points: (series.points ?? []).map((point) => ({
              ...point,
              value: { int64Value: Math.floor(Number(point.value?.int64Value) * 0.9) },
            })),
          })),
        }),
      },
    });
    const [writes] = monitoringChecks(evidence, "measured on staging");
    expect(writes).toMatchObject({ verdict: "fail" });
    expect(writes?.detail).toMatch(/236 fewer|23\d fewer/);
  });

  it.each<readonly [string, Partial<MonitoringServerOptions>, RegExp]>([
    [
      "it may not be read",
      { authorize: () => new Refusal("PERMISSION_DENIED", "denied") },
      /PERMISSION_DENIED.*monitoring\.viewer/,
    ],
    [
      "its quota stays used up",
      { faults: { refuse: () => new Refusal("RESOURCE_EXHAUSTED", "q") } },
      /RESOURCE_EXHAUSTED/,
    ],
    [
      "it has no points",
      { faults: { alter: () => ({ timeSeries: [] }) } },
      /no point in this time/,
    ],
    [
      "it answers in another unit",
      {
        faults: {
          alter: (answer) => ({
            ...answer,
            timeSeries: (answer.timeSeries ?? []).map((one) => ({ ...one, unit: "By" })),
          }),
        },
      },
      /unit "By"/,
    ],
    [
      "a sample is missing",
      {
        faults: {
          alter: (answer) => ({
            ...answer,
            timeSeries: (answer.timeSeries ?? []).map((one) => ({
              ...one,
              points: (one.points ?? []).filter((_, index) => index !== 2),
            })),
          }),
        },
      },
      /no sample of 09:02:00 to 09:03:00/,
    ],
  ])("cannot bear anything out when %s", async (_what, options, reason) => {
    const evidence = await witnessed(undefined, options);
    const [first] = monitoringChecks(evidence, "measured on staging");
    expect(first?.verdict).toBe("inconclusive");
    expect(first?.detail).toMatch(reason);
  });

  it("says that it was interrupted", async () => {
    const stop = new AbortController();
    stop.abort(new Error("interrupted by Ctrl-C"));
    const evidence = await witnessed(undefined, {}, stop.signal);
    expect(evidence.unreadable).toBe("interrupted by Ctrl-C");
    expect(verdicts(evidence)).toEqual({ "harness.monitoring": "inconclusive" });
  });

  it("has nothing to say of a run that did nothing", async () => {
    const clock = new LeapingClock(START);
    const source = new OperationsSource(clock, { project: "test-staging" });
    server = await openMonitoringServer({ source });
    const evidence = await witnessRun(testProject(server.port), new OperationTally(clock), {
      clock,
      signal: new AbortController().signal,
      say: () => undefined,
      onWait: () => undefined,
    });
    expect(verdicts(evidence)).toEqual({ "harness.monitoring": "inconclusive" });
  });
});
