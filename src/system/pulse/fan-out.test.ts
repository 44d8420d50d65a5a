import { describe, expect, test } from "vitest";
import { LIMITER_PRESETS, limiterConfigSchema } from "../limiter/config.ts";
import { SHARD_COUNT } from "../schema/shard.ts";
import { shardGroups, shareOfLimits } from "./fan-out.ts";

describe("shardGroups", () => {
  test.each([1, 2, 3, 7, 64])("%i workers share all shards, each shard once", (workers) => {
    const groups = shardGroups(workers);
    expect(groups).toHaveLength(workers);
    const shards = groups.flatMap(({ shards }) =>
      shards === "all" ? Array.from({ length: SHARD_COUNT }, (_, shard) => shard) : [...shards],
    );
    expect(shards).toEqual(Array.from({ length: SHARD_COUNT }, (_, shard) => shard));
    expect(new Set(groups.map(({ shardKey }) => shardKey)).size).toBe(workers);
  });
});

test("N workers together have the limit once, not N times", () => {
  const config = limiterConfigSchema.parse(LIMITER_PRESETS.default);
  for (const workers of [1, 2, 3, 7, 64]) {
    const share = shareOfLimits(config, workers);
    expect(share.batch_write_limit * workers).toBeLessThanOrEqual(500);
    expect(share.batch_write_limit).toBeGreaterThan(0);
    expect(share.doc_write_limit).toBe(50);
  }
});
