import { MetricServiceClient } from "@google-cloud/monitoring";
import { credentials } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { AutoClock } from "../../../std/auto-clock.fixture.ts";
import { toWireTime } from "../wire-types.ts";
import {
  openMonitoringServer,
  type MonitoringServer,
  type MonitoringServerOptions,
} from "./monitoring-server.ts";
import { OperationsSource } from "./operations-source.ts";
import { Refusal } from "./refusal.ts";

const START = Date.UTC(2026, 10, 26, 9, 0);
const HOUR = 3_600_000;

let server: MonitoringServer | undefined;
let client: MetricServiceClient | undefined;

afterEach(async () => {
  await client?.close();
  server?.close();
});

/** Tells of operations in four minutes, then lets the ingest delay pass. */
async function posed(options: Partial<MonitoringServerOptions> = {}) {
  const clock = new AutoClock(START);
  const source = new OperationsSource(clock, { project: "demo-a" });
  const work = async () => {
    for (let minute = 1; minute <= 4; minute += 1) {
      source.writes("CREATE", minute);
      source.writes("UPDATE", 10 * minute);
      source.request({ method: "Commit", code: "OK", latencyMs: 25 });
      source.request({ method: "RunQuery", code: "RESOURCE_EXHAUSTED", latencyMs: 25 });
      await clock.sleep(60_000);
    }
    await clock.sleep(240_000);
  };
  await clock.run(work());
  server = await openMonitoringServer({ source, ...options });
  client = new MetricServiceClient({
    apiEndpoint: "127.0.0.1",
    port: server.port,
    sslCreds: credentials.createInsecure(),
  });
  return { clock, source, server, client };
}

function seriesRequest(metric: string, more = "", project = "demo-a") {
  return {
    name: `projects/${project}`,
    filter: `metric.type = "firestore.googleapis.com/${metric}"${more}`,
    interval: { startTime: toWireTime(START), endTime: toWireTime(START + HOUR) },
    view: "FULL" as const,
  };
}

describe("the server of google.monitoring.v3", () => {
  it("answers the client library with points, newest first", async () => {
    const { client } = await posed();
    const [series] = await client.listTimeSeries(seriesRequest("document/write_ops_count"));
    const counts = new Map(
      series.map(({ metric, points }) => [
        metric?.labels?.["op"],
        points?.map(({ value }) => Number(value?.int64Value)),
      ]),
    );
    expect(counts).toEqual(
      new Map([
        ["CREATE", [4, 3, 2, 1]],
        ["UPDATE", [40, 30, 20, 10]],
      ]),
    );
  });

  it.each([1, 2, 3, 5])("gives the same points in pages of %i", async (pagePoints) => {
    const { client, server } = await posed({ faults: { pagePoints } });
    const [series] = await client.listTimeSeries(seriesRequest("document/write_ops_count"));
    const points = series.flatMap(({ points }) => points ?? []);
    expect(points.map(({ value }) => Number(value?.int64Value))).toEqual([
      4, 3, 2, 1, 40, 30, 20, 10,
    ]);
    expect(server.calls).toHaveLength(Math.ceil(8 / pagePoints));
  });

  it("shows no point before its delay is over", async () => {
    const { client, clock, source } = await posed();
    source.writes("CREATE", 7);
    await clock.run(clock.sleep(299_999));
    const request = seriesRequest("document/write_ops_count", ' AND metric.labels.op = "CREATE"');
    const [before] = await client.listTimeSeries(request);
    await clock.run(clock.sleep(1));
    const [after] = await client.listTimeSeries(request);
    expect([before[0]?.points?.length, after[0]?.points?.length]).toEqual([4, 5]);
  });

  it("has latencies of requests that do not stream, in seconds", async () => {
    const { client } = await posed();
    const [series] = await client.listTimeSeries(seriesRequest("api/request_latencies"));
    expect(series.map(({ metric }) => metric?.labels?.["api_method"])).toEqual(["Commit"]);
    const [distribution] = series[0]?.points ?? [];
    expect(distribution?.value?.distributionValue?.mean).toBeCloseTo(0.025);
    const [requests] = await client.listTimeSeries(
      seriesRequest("api/request_count", ' AND metric.labels.response_code = "resource_exhausted"'),
    );
    expect(requests[0]?.metric?.labels?.["api_method"]).toBe("RunQuery");
  });

  it("names period and delay in its descriptors", async () => {
    const { client } = await posed();
    const [descriptors] = await client.listMetricDescriptors({
      name: "projects/demo-a",
      filter: 'metric.type = starts_with("firestore.googleapis.com/document/")',
    });
    expect(descriptors.map(({ type }) => type)).toContain(
      "firestore.googleapis.com/document/delete_count",
    );
    expect(descriptors).toHaveLength(6);
    expect(descriptors[0]?.metadata?.samplePeriod?.seconds).toBe("60");
    expect(descriptors[0]?.metadata?.ingestDelay?.seconds).toBe("240");
  });

  it.each([
    ["another project", seriesRequest("document/write_ops_count", "", "demo-b"), 7],
    ["an unknown metric", seriesRequest("document/none"), 5],
    ["a filter it cannot read", seriesRequest("document/write_ops_count", " OR x"), 3],
    ["no interval", { ...seriesRequest("document/write_ops_count"), interval: {} }, 3],
    ["a page that never was", { ...seriesRequest("api/request_count"), pageToken: "x" }, 3],
  ])("refuses %s", async (_what, request, code) => {
    const { client } = await posed();
    await expect(client.listTimeSeries(request, { autoPaginate: false })).rejects.toMatchObject({
      code,
    });
  });

  it("asks who calls, and fails on request", async () => {
    const { client } = await posed({
      authorize: (header) =>
        header === "Bearer good" ? undefined : new Refusal("UNAUTHENTICATED", "who?"),
      faults: {
        refuse: ({ nth }) => (nth === 3 ? new Refusal("RESOURCE_EXHAUSTED", "quota") : undefined),
      },
    });
    const request = seriesRequest("document/write_ops_count");
    const good = { otherArgs: { headers: { authorization: "Bearer good" } } };
    await expect(client.listTimeSeries(request)).rejects.toMatchObject({ code: 16 });
    await expect(client.listTimeSeries(request, good)).resolves.toBeDefined();
    await expect(client.listTimeSeries(request, good)).rejects.toMatchObject({ code: 8 });
  });
});
