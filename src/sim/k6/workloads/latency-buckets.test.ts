import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketEndMs, bucketOf, LATENCY_BUCKETS } from "./latency-buckets.ts";

describe("latency buckets", () => {
  it.each([
    [-3, 0], // clocks that differ
    [0, 0],
    [127, 127],
    [128, 128],
    [129, 128], // two milliseconds to a bucket from here
    [255, 191],
    [256, 192],
    [131_071, LATENCY_BUCKETS - 1],
    [10_000_000, LATENCY_BUCKETS - 1], // beyond the last
    [2 ** 40, LATENCY_BUCKETS - 1],
  ])("%d ms is counted in bucket %d", (latencyMs, bucket) => {
    expect(bucketOf(latencyMs)).toBe(bucket);
  });

  it("holds each latency to within one part in 64, and none above its end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 131_071 }), (latencyMs) => {
        const endMs = bucketEndMs(bucketOf(latencyMs));
        expect(endMs).toBeGreaterThanOrEqual(latencyMs);
        expect(endMs).toBeLessThanOrEqual(latencyMs + latencyMs / 64);
      }),
    );
  });

  it("numbers them without a gap: the end of each is the last millisecond of it", () => {
    for (let bucket = 0; bucket < LATENCY_BUCKETS - 1; bucket += 1) {
      expect(bucketOf(bucketEndMs(bucket))).toBe(bucket);
      expect(bucketOf(bucketEndMs(bucket) + 1)).toBe(bucket + 1);
    }
  });
});
