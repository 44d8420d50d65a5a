import { describe, expect, it } from "vitest";
import { metricSpec, metricType, type MetricId } from "../catalogue/firestore-metrics.ts";
import type { WireDescriptor } from "../wire-types.ts";
import { knownMetrics } from "./known-metrics.ts";

function descriptor(id: MetricId, period?: number, delay?: number): WireDescriptor {
  const metadata = {
    samplePeriod: period === undefined ? null : { seconds: String(period), nanos: 0 },
    ingestDelay: delay === undefined ? null : { seconds: 0, nanos: delay * 1e9 },
  };
  return { type: metricType(metricSpec(id)), metadata };
}

describe("a project's metrics", () => {
  it("are as coarse and as late as the coarsest and latest of those that are read", () => {
    const known = knownMetrics(
      [descriptor("writes", 60, 0.5), descriptor("reads", 10, 120), descriptor("rules", 600, 900)],
      ["writes", "reads"],
    );
    expect(known).toMatchObject({ samplePeriodMs: 60_000, ingestDelayMs: 120_000, missing: [] });
  });

  it("are sampled and late as the official list says where no descriptor does", () => {
    const none = { samplePeriodMs: 60_000, ingestDelayMs: 240_000 };
    expect(knownMetrics([descriptor("writes")], ["writes"])).toMatchObject(none);
    expect(knownMetrics([descriptor("writes", -1, 86_400)], ["writes"])).toMatchObject(none);
    expect(knownMetrics([], ["writes"])).toMatchObject({ ...none, missing: ["writes"] });
  });

  it("are the newer ones where both are there", () => {
    const both = [descriptor("writes-legacy"), descriptor("writes")];
    expect(knownMetrics(both, ["writes"]).metrics.map(({ spec }) => spec.id)).toEqual(["writes"]);
  });
});
