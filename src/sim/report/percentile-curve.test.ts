import { build, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { percentileCurve } from "./percentile-curve.ts";
import type { HistogramSummary } from "./result.ts";

/** 1, 2, … 1,000 ms, recorded in steps of 10 µs: 99% is 990 ms by construction. */
function thousand(changes: Partial<HistogramSummary> = {}): HistogramSummary {
  const recorder = build({ numberOfSignificantValueDigits: 3 });
  for (let sample = 1; sample <= 1000; sample += 1) recorder.recordValue(sample * 100);
  return {
    metric: "pnl-commit",
    phase: "baseline",
    describes: "from the quote to the committed write",
    unit: "ms",
    count: 1000,
    min: 1,
    mean: 500.5,
    p50: 500,
    p90: 900,
    p95: 950,
    p99: 990,
    p999: 999,
    max: 1000,
    encoded: encodeIntoCompressedBase64(recorder),
    ...changes,
  };
}

describe("percentileCurve", () => {
  test("reads the encoded histogram in milliseconds, whatever its unit", () => {
    const curve = percentileCurve(thousand());
    for (const share of [0.9, 0.99]) {
      const point = curve.find((each) => Math.abs(each.share - share) < 1e-9);
      // HDR keeps three digits.
      expect(Math.abs((point?.latencyMs ?? 0) - share * 1000)).toBeLessThan(2);
    }
  });

  test("rises from 0% to the largest sample and no further than the samples can tell", () => {
    const curve = percentileCurve(thousand());
    expect(curve[0]!.share).toBe(0);
    expect(curve.at(-1)!.share).toBeCloseTo(0.999, 9);
    expect(curve.at(-1)!.latencyMs).toBe(1000);
    for (const [index, point] of curve.entries()) {
      expect(point.latencyMs).toBeGreaterThanOrEqual(curve[index - 1]?.latencyMs ?? 0);
    }
  });

  test.each([
    ["is damaged", "no histogram"],
    ["is empty", ""],
    ["holds another number of samples", encodeIntoCompressedBase64(build())],
  ])("falls back to the summary when the encoding %s", (_, encoded) => {
    expect(percentileCurve(thousand({ encoded, count: 10 }))).toEqual([
      { share: 0, latencyMs: 1 },
      { share: 0.5, latencyMs: 500 },
      { share: 0.9, latencyMs: 900 },
    ]);
  });

  test("is empty without samples", () => {
    expect(percentileCurve(thousand({ count: 0 }))).toEqual([]);
  });
});
