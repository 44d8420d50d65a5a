import { describe, expect, it } from "vitest";
import { metricSpec, metricType } from "../catalogue/firestore-metrics.ts";
import { toWireTime, type WireSeries } from "../wire-types.ts";
import { readSeries } from "./read-series.ts";

const WRITES = metricSpec("writes");
const LATENCIES = metricSpec("latencies");

function series(spec: typeof WRITES, value: object, change: Partial<WireSeries> = {}): WireSeries {
  return {
    metric: { type: metricType(spec), labels: { op: "CREATE" } },
    resource: { type: spec.resourceType, labels: { database_id: "(default)" } },
    metricKind: "DELTA",
    valueType: spec.valueType,
    unit: spec.unit,
    points: [{ interval: { startTime: toWireTime(0), endTime: toWireTime(60_000) }, value }],
    ...change,
  };
}

const exponential = { numFiniteBuckets: 2, growthFactor: 2, scale: 10 };

describe("reading a series", () => {
  it("takes what is as its metric is described", () => {
    const { parts, remarks } = readSeries(
      WRITES,
      [series(WRITES, { int64Value: "12" })],
      "(default)",
    );
    expect(parts[0]?.points).toEqual([{ startMs: 0, endMs: 60_000, value: 12 }]);
    expect(remarks).toEqual([]);
  });

  it.each<readonly [string, object, Partial<WireSeries>]>([
    ["another kind", { int64Value: "1" }, { metricKind: "GAUGE" }],
    ["another type of value", { doubleValue: 1 }, { valueType: "DOUBLE" }],
    ["another unit", { int64Value: "1" }, { unit: "By" }],
    ["thousands", { int64Value: "1" }, { unit: "k1" }],
    ["a negative count", { int64Value: "-1" }, {}],
    ["a count past what numbers hold", { int64Value: "9007199254740993" }, {}],
    ["no value", {}, {}],
    [
      "an interval that ends before it starts",
      { int64Value: "1" },
      {
        points: [
          {
            interval: { startTime: toWireTime(9), endTime: toWireTime(3) },
            value: { int64Value: "1" },
          },
        ],
      },
    ],
    ["no interval", { int64Value: "1" }, { points: [{ value: { int64Value: "1" } }] }],
  ])("leaves out %s, and says that it spoils the count", (_what, value, change) => {
    const { parts, remarks } = readSeries(WRITES, [series(WRITES, value, change)], "(default)");
    expect(parts).toEqual([]);
    expect(remarks.map(({ spoils }) => spoils)).toEqual([true]);
  });

  it.each([
    ["another metric", { metric: { type: metricType(LATENCIES) } }],
    ["another resource", { resource: { type: "datastore_request", labels: {} } }],
    ["another database", { resource: { type: WRITES.resourceType, labels: { database_id: "b" } } }],
  ])("leaves out %s that nobody asked for", (_what, change) => {
    const { parts, remarks } = readSeries(
      WRITES,
      [series(WRITES, { int64Value: "1" }, change)],
      "(default)",
    );
    expect(parts).toEqual([]);
    expect(remarks.map(({ spoils }) => spoils)).toEqual([false]);
  });

  it.each([
    ["s", 1],
    ["ms", 1e-3],
    ["us", 1e-6],
    ["min", 60],
    ["ms{latency}", 1e-3],
  ])("turns latencies in %s into seconds", (unit, factor) => {
    const value = {
      distributionValue: {
        count: "3",
        mean: 15,
        bucketOptions: { exponentialBuckets: exponential },
        bucketCounts: ["0", "2", "0", "1"],
      },
    };
    const { parts } = readSeries(LATENCIES, [series(LATENCIES, value, { unit })], "(default)");
    expect(parts[0]?.points[0]?.value).toEqual({
      count: 3,
      sum: 15 * 3 * factor,
      buckets: [
        { lower: 10 * factor, upper: 20 * factor, count: 2 },
        { lower: 40 * factor, upper: Infinity, count: 1 },
      ],
    });
  });

  it.each([
    [
      "fewer buckets than its count",
      { count: "4", bucketCounts: ["1"], bucketOptions: { exponentialBuckets: exponential } },
    ],
    [
      "more buckets than described",
      {
        count: "5",
        bucketCounts: ["1", "1", "1", "1", "1"],
        bucketOptions: { exponentialBuckets: exponential },
      },
    ],
    [
      "bounds that fall",
      { count: "1", bucketCounts: ["1"], bucketOptions: { explicitBuckets: { bounds: [2, 1] } } },
    ],
    ["no description of its buckets", { count: "1", bucketCounts: ["1"] }],
    [
      "more buckets than any service has",
      {
        count: "1",
        bucketCounts: ["1"],
        bucketOptions: { linearBuckets: { numFiniteBuckets: 2_000_000_000, width: 1, offset: 0 } },
      },
    ],
  ])("leaves out a distribution with %s", (_what, distributionValue) => {
    const { parts, remarks } = readSeries(
      LATENCIES,
      [series(LATENCIES, { distributionValue })],
      "(default)",
    );
    expect(parts).toEqual([]);
    expect(remarks.map(({ spoils }) => spoils)).toEqual([true]);
  });

  it("reads linear and explicit buckets", () => {
    const value = (bucketOptions: object) => ({
      distributionValue: { count: "2", mean: 0, bucketCounts: ["1", "0", "1"], bucketOptions },
    });
    for (const options of [
      { linearBuckets: { numFiniteBuckets: 2, width: 5, offset: 10 } },
      { explicitBuckets: { bounds: [10, 15, 20] } },
    ]) {
      const { parts } = readSeries(LATENCIES, [series(LATENCIES, value(options))], "(default)");
      expect(parts[0]?.points[0]?.value).toMatchObject({
        buckets: [
          { lower: -Infinity, upper: 10 },
          { lower: 15, upper: 20 },
        ],
      });
    }
  });

  it("says when a metric comes as a running total", () => {
    const { parts, remarks } = readSeries(
      WRITES,
      [series(WRITES, { int64Value: "1" }, { metricKind: "CUMULATIVE" })],
      "(default)",
    );
    expect(parts[0]?.kind).toBe("CUMULATIVE");
    expect(remarks.map(({ spoils }) => spoils)).toEqual([false]);
  });
});
