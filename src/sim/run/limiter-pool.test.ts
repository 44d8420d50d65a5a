import { expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { limiterConfigSchema } from "../../system/limiter/config.ts";
import { createLimiter } from "../../system/limiter/create-limiter.ts";
import { shardGroups, shareOfLimits } from "../../system/pulse/fan-out.ts";
import { LimiterPool } from "./limiter-pool.ts";

const WORKERS = 4;
const config = limiterConfigSchema.parse({});

function pool(): LimiterPool {
  return new LimiterPool(shardGroups(WORKERS), (shardKey) =>
    createLimiter(
      {
        strategy: "paced",
        config: shareOfLimits(config, WORKERS),
        planOf: () => undefined,
      },
      createRng(shardKey),
    ),
  );
}

test("workers' limiters together let through no more than one of them all would", () => {
  const limiters = pool();
  const alone = createLimiter(
    { strategy: "paced", config, planOf: () => undefined },
    createRng("alone"),
  );
  const together = limiters.state(0).ratePerSecond;
  expect(together).toBeGreaterThan(0.9 * alone.state(0).ratePerSecond);
  expect(together).toBeLessThanOrEqual(alone.state(0).ratePerSecond);
  expect(limiters.stagger).toBe("spread");
});

test("what one has reserved is in the sum, until it is renewed", () => {
  const limiters = pool();
  const [first, second] = limiters.limiters;
  for (const limiter of [first, first, first, first, first, first, second]) {
    limiter?.reserve({ cost: 50, keys: ["a/b"], tenantId: "t", userCount: 1 }, 0);
  }
  const state = limiters.state(0);
  expect(state.counters.reserved).toBe(
    (first?.state(0).counters.reserved ?? 0) + (second?.state(0).counters.reserved ?? 0),
  );
  expect(state.backlogMs).toBe(first?.state(0).backlogMs);
  expect(state.backlogMs).toBeGreaterThan(second?.state(0).backlogMs ?? 0);
  first?.renew();
  expect(limiters.state(0).counters.reserved).toBe(second?.state(0).counters.reserved);
});
