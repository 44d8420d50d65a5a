import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../cli/errors.ts";
import { testProject } from "../../staging/project.fixture.ts";
import { metricType, metricSpec, type MetricId } from "../catalogue/firestore-metrics.ts";
import { countOf } from "../series/to-deltas.ts";
import {
  openMonitoringServer,
  type MonitoringServer,
  type MonitoringServerOptions,
} from "../server/monitoring-server.ts";
import type { MonitoringSource } from "../server/monitoring-source.ts";
import { OperationsSource } from "../server/operations-source.ts";
import { Refusal } from "../server/refusal.ts";
import { openGoogleMetricReader } from "./google-metric-reader.ts";
import { LeapingClock } from "./leaping-clock.fixture.ts";
import type { MetricReader } from "./metric-reader.ts";
import { MonitoringFault, operatorError } from "./monitoring-fault.ts";
import { readMetrics, type MetricsQuestion, type MetricsReading } from "./read-metrics.ts";

const START = Date.UTC(2026, 10, 26, 9, 0);
const MINUTE = 60_000;
const ALL: readonly MetricId[] = ["writes", "reads", "deletes", "requests", "latencies", "rules"];

let server: MonitoringServer | undefined;
let reader: MetricReader | undefined;

afterEach(async () => {
  await reader?.close();
  server?.close();
});

interface World {
  readonly clock: LeapingClock;
  readonly said: string[];
  readonly read: (
    question?: Partial<MetricsQuestion>,
    signal?: AbortSignal,
  ) => Promise<MetricsReading>;
}

/** A project in which something was done in each of four minutes. */
async function world(
  options: Partial<MonitoringServerOptions> = {},
  sourceOf: (source: OperationsSource, clock: LeapingClock) => MonitoringSource = (source) =>
    source,
): Promise<World> {
  const clock = new LeapingClock(START);
  const source = new OperationsSource(clock, { project: "test-staging" });
  for (let minute = 1; minute <= 4; minute += 1) {
    source.writes("CREATE", minute);
    source.writes("UPDATE", 10 * minute);
    source.reads("QUERY", 100);
    source.deletes(minute === 2 ? 3 : 0);
    source.request({ method: "Commit", code: minute === 3 ? "ABORTED" : "OK", latencyMs: 25 });
    await clock.sleep(MINUTE);
  }
  server = await openMonitoringServer({ source: sourceOf(source, clock), ...options });
  const said: string[] = [];
  reader = openGoogleMetricReader(testProject(server.port));
  const opened = reader;
  return {
    clock,
    said,
    read: (question, signal = new AbortController().signal) =>
      readMetrics(
        opened,
        {
          project: "test-staging",
          database: "(default)",
          wanted: ALL,
          fromMs: START - MINUTE,
          untilMs: START + 4 * MINUTE - 1,
          isPatient: true,
          ...question,
        },
        { clock, signal, say: (text) => said.push(text) },
      ),
  };
}

function totalOf(reading: MetricsReading, id: MetricId): number {
  return reading.metrics
    .filter((metric) => metric.id === id)
    .flatMap(({ series }) => series)
    .flatMap(({ deltas }) => deltas)
    .reduce((sum, { value }) => sum + countOf(value), 0);
}

describe("reading a project's metrics", () => {
  it("waits until the last sample must be there, and finds all that happened", async () => {
    const { read } = await world();
    const reading = await read();
    expect(ALL.map((id) => totalOf(reading, id))).toEqual([110, 400, 3, 4, 4, 0]);
    expect(reading.waitedMs).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(reading.waitedMs).toBeLessThan(7 * MINUTE);
    expect(reading).toMatchObject({ settled: true, missing: [], samplePeriodMs: MINUTE });
    expect(reading.metrics.flatMap(({ remarks }) => remarks)).toEqual([]);
    // Two readings that say the same, of one database.
    const asked = server?.calls.filter(({ rpc }) => rpc === "ListTimeSeries") ?? [];
    expect(asked).toHaveLength(2 * ALL.length);
    for (const { subject } of asked) expect(subject).toContain('database_id = "(default)"');
  });

  it("does not read again what is long past", async () => {
    const { read, clock } = await world();
    await clock.sleep(3_600_000);
    const reading = await read({ wanted: ["writes"] });
    expect([totalOf(reading, "writes"), reading.waitedMs]).toEqual([110, 0]);
    expect(server?.calls).toHaveLength(2);
  });

  it("does not wait when it is not told to: what is late is not there yet", async () => {
    const { read } = await world();
    const reading = await read({ isPatient: false });
    expect([totalOf(reading, "writes"), reading.waitedMs]).toEqual([0, 0]);
  });

  it("finds the same in pages of one point", async () => {
    const { read } = await world({ faults: { pagePoints: 1 } });
    expect(totalOf(await read(), "writes")).toBe(110);
  });

  it("reads again until points that are late beyond their delay have come", async () => {
    const { read } = await world({}, (source, clock) => ({
      project: source.project,
      descriptors: () => source.descriptors(),
      series: (type) =>
        source.series(type).map((series) => ({
          ...series,
          points: (series.points ?? []).slice(0, clock.wallMs() < START + 9.5 * MINUTE ? 3 : 4),
        })),
    }));
    const reading = await read();
    expect(totalOf(reading, "writes")).toBe(110);
    expect(reading.waitedMs).toBeGreaterThan(6 * MINUTE);
    expect(reading.settled).toBe(true);
  });

  it("says when the points never come to rest", async () => {
    let calls = 0;
    const { read } = await world({
      faults: {
        alter: (answer) => {
          calls += 1;
          const points = [
            {
              interval: answer.timeSeries?.[0]?.points?.[0]?.interval ?? null,
              value: { int64Value: calls },
            },
          ];
          return {
            ...answer,
            timeSeries: (answer.timeSeries ?? []).map((one) => ({ ...one, points })),
          };
        },
      },
    });
    expect((await read({ wanted: ["writes"] })).settled).toBe(false);
  });

  it("takes the older metrics where a project has no newer ones, and says so", async () => {
    const { read } = await world({}, (source) => ({
      project: source.project,
      descriptors: () =>
        source.descriptors().filter(({ type }) => type !== metricType(metricSpec("writes"))),
      series: (type) => source.series(type),
    }));
    const reading = await read();
    expect(totalOf(reading, "writes")).toBe(110);
    const [writes] = reading.metrics;
    expect(writes?.remarks[0]?.text).toMatch(/document\/write_count, which counts all databases/);
  });

  it("names metrics that a project has not", async () => {
    const { read } = await world({}, (source) => ({
      project: source.project,
      descriptors: () => source.descriptors().filter(({ type }) => !type?.includes("/document/")),
      series: (type) => source.series(type),
    }));
    const reading = await read();
    expect(reading.missing).toEqual(["writes", "reads", "deletes"]);
    expect(totalOf(reading, "requests")).toBe(4);
  });

  it("counts another resource's series of a metric once, even when they come unasked", async () => {
    const { read } = await world({
      faults: {
        alter: (answer) => ({
          ...answer,
          timeSeries: (answer.timeSeries ?? []).flatMap((one) => [
            one,
            { ...one, resource: { type: "datastore_request", labels: {} } },
          ]),
        }),
      },
    });
    const reading = await read();
    expect(totalOf(reading, "requests")).toBe(4);
    expect(reading.metrics[0]?.remarks[0]?.text).toMatch(/datastore_request came unasked/);
  });

  it("tells of an answer that says itself that it is incomplete", async () => {
    const { read } = await world({
      faults: {
        alter: (answer) => ({
          ...answer,
          executionErrors: [{ code: 14, message: "a shard is away" }],
        }),
      },
    });
    expect((await read()).metrics[0]?.remarks).toEqual([
      { text: "the answer is incomplete: a shard is away", spoils: true },
    ]);
  });

  it.each(["RESOURCE_EXHAUSTED", "UNAVAILABLE"] as const)("tries again after %s", async (code) => {
    const { read, said } = await world({
      faults: {
        refuse: ({ rpc, nth }) =>
          rpc === "ListTimeSeries" && nth <= 3 ? new Refusal(code, "later") : undefined,
      },
    });
    expect(totalOf(await read(), "writes")).toBe(110);
    expect(said).toEqual([1, 2, 4].map((s) => `Cloud Monitoring: ${code}: later; again in ${s} s`));
  });

  it("gives up on a quota that does not come back", async () => {
    const { read, clock } = await world({
      faults: { refuse: () => new Refusal("RESOURCE_EXHAUSTED", "Quota exceeded") },
    });
    const since = clock.monotonicMs();
    await expect(read()).rejects.toThrow(MonitoringFault);
    expect(clock.monotonicMs() - since).toBeGreaterThan(MINUTE);
    expect(clock.monotonicMs() - since).toBeLessThan(3 * MINUTE);
  });

  it("follows no pages in a circle", async () => {
    const { read } = await world({
      faults: { alter: (answer) => ({ ...answer, nextPageToken: "page-1" }), pagePoints: 1 },
    });
    await expect(read()).rejects.toThrow("circle");
  });

  it("ends at once when it is told to while it waits", async () => {
    const { read } = await world();
    const stop = new AbortController();
    stop.abort(new Error("interrupted by Ctrl-C"));
    await expect(read({}, stop.signal)).rejects.toThrow("interrupted by Ctrl-C");
  });

  it.each([
    [
      "E_STAGING_ROLE",
      "PERMISSION_DENIED",
      "Permission monitoring.timeSeries.list denied",
      "roles/monitoring.viewer",
    ],
    [
      "E_MONITORING",
      "PERMISSION_DENIED",
      "Cloud Monitoring API has not been used in project 1 before or it is disabled.",
      "gcloud services enable",
    ],
    ["E_NO_CREDENTIALS", "UNAUTHENTICATED", "no token", "gcloud auth"],
    ["E_MONITORING", "RESOURCE_EXHAUSTED", "Quota exceeded", "quota"],
    ["E_MONITORING", "NOT_FOUND", "no such project", "Nothing was changed"],
    ["E_MONITORING", "DATA_LOSS", "oh", "Nothing was changed"],
  ] as const)("is told to the operator as %s: %s %s", async (code, status, text, hint) => {
    const { read } = await world({ faults: { refuse: () => new Refusal(status, text) } });
    const fault: unknown = await read().catch((error: unknown) => error);
    if (!(fault instanceof MonitoringFault)) throw fault;
    const error = operatorError(fault, "test-staging");
    expect(error).toBeInstanceOf(UserError);
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(text)]);
    expect(error.hint).toContain(hint);
  });

  it("calls as whoever the default credentials are, and tells when there are none", async () => {
    const seen: (string | undefined)[] = [];
    await world({
      authorize: (header) => {
        seen.push(header);
        return undefined;
      },
    });
    await reader?.descriptors("", "");
    expect(seen).toEqual(["Bearer test-token"]);
    const none = openGoogleMetricReader(
      testProject(server?.port ?? 0, {
        accessToken: () => Promise.reject(new UserError("E_NO_CREDENTIALS", "none", "log in")),
      }),
    );
    const error: unknown = await none.descriptors("", "").catch((reason: unknown) => reason);
    expect((error as Error).message).toContain("none");
    await none.close();
  });
});
