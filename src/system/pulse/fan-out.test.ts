import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { LIMITER_PRESETS, limiterConfigSchema, type LimiterConfig } from "../limiter/config.ts";
import {
  createLimiter,
  LIMITER_STRATEGIES,
  type LimiterStrategy,
} from "../limiter/create-limiter.ts";
import { SHARD_COUNT } from "../schema/shard.ts";
import { shardGroups, shareFault, shareOfLimits } from "./fan-out.ts";

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

/** Writes a second that one limiter of this strategy lets through at the start. */
function rateOf(strategy: LimiterStrategy, config: LimiterConfig): number {
  return createLimiter({ strategy, config }, createRng(1)).state(0).ratePerSecond;
}

describe("shareOfLimits", () => {
  const config = limiterConfigSchema.parse({
    batch_write_limit: 400,
    tuning: { ramp: { startPerSecond: 300, maximumPerSecond: 900 } },
  });

  test.each(LIMITER_STRATEGIES)("%s: N workers together have the limit once", (strategy) => {
    const whole = rateOf(strategy, config);
    for (const workers of [1, 2, 3, 7, 64]) {
      const shared = workers * rateOf(strategy, shareOfLimits(config, workers));
      expect(shared).toBeLessThanOrEqual(whole + 1e-9);
      // Rounding down costs each worker less than one write a second.
      expect(shared).toBeGreaterThan(whole - workers);
    }
  });

  test("the ramp's end is divided too, documents' and tenants' own limits are not", () => {
    const share = shareOfLimits(config, 4);
    expect(share.tuning.ramp).toMatchObject({ startPerSecond: 75, maximumPerSecond: 225 });
    expect(share.doc_write_limit).toBe(50);
    expect(share.tuning.tenants).toEqual(config.tuning.tenants);
  });
});

describe("shareFault", () => {
  const faultOf = (strategy: LimiterStrategy, input: object, workers: number) =>
    shareFault(limiterConfigSchema.parse(input), strategy, workers);

  test.each(LIMITER_STRATEGIES)("%s: 64 workers can share the default limits", (strategy) => {
    expect(faultOf(strategy, LIMITER_PRESETS.default, 64)).toBeUndefined();
  });

  test("a worker needs two writes a second", () => {
    expect(faultOf("paced", { batch_write_limit: 128 }, 64)).toBeUndefined();
    expect(faultOf("paced", { batch_write_limit: 127 }, 64)).toBe(
      "workers is 64 and batch_write_limit is 127: each worker needs at least 2 writes a second " +
        "of it, since a close and its ledger entry go together. Set batch_write_limit to at least " +
        "128, or workers to at most 63",
    );
    expect(faultOf("literal", { batch_write_limit: 1 }, 1)).toMatch(/to at least 2$/);
  });

  test("looks at what the strategy keeps to", () => {
    const slowRamp = { tuning: { ramp: { startPerSecond: 5 } } };
    expect(faultOf("paced", slowRamp, 4)).toBeUndefined();
    expect(faultOf("ramp", slowRamp, 4)).toContain("tuning.ramp.startPerSecond is 5");
    expect(faultOf("ramp", { batch_write_limit: 1 }, 4)).toBeUndefined();
    const lowRamp = { tuning: { ramp: { maximumPerSecond: 7 } } };
    expect(faultOf("ramp", lowRamp, 4)).toContain("tuning.ramp.maximumPerSecond is 7");
    const off = { enable_rate_limiting: false, batch_write_limit: 1 };
    expect(faultOf("paced", off, 64)).toBeUndefined();
  });
});
