import { expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { LIMITER_PRESETS, limiterConfigSchema } from "./config.ts";
import { createLimiter, LIMITER_STRATEGIES } from "./create-limiter.ts";

const demand = { cost: 1, keys: ["a/b"], tenantId: "t", userCount: 1 };

test.each(LIMITER_STRATEGIES)("%s is made by its name and grants", (strategy) => {
  const limiter = createLimiter({ strategy }, createRng(1));
  expect(limiter.state(0).strategy).toBe(strategy);
  expect(limiter.reserve(demand, 0)).toEqual({ kind: "granted", sendAtMs: 0 });
});

test("the default is paced with Appendix C's default, users spread over the sweep", () => {
  const limiter = createLimiter({}, createRng(1));
  expect(limiter.state(0).strategy).toBe("paced");
  expect([limiter.stagger, limiter.unit]).toEqual(["spread", "user"]);
});

test.each(["paced", "ramp", "adaptive"] as const)("%s grants a demand of costMax", (strategy) => {
  const config = limiterConfigSchema.parse({
    batch_write_limit: 40,
    tuning: { ramp: { startPerSecond: 30, maximumPerSecond: 40 } },
  });
  const limiter = createLimiter({ strategy, config }, createRng(1));
  expect(limiter.costMax).toBe(strategy === "ramp" ? 30 : 40);
  const kindOf = (cost: number) => limiter.reserve({ ...demand, cost }, 0).kind;
  expect([kindOf(limiter.costMax), kindOf(limiter.costMax + 1)]).toEqual(["granted", "refused"]);
});

test("nothing bounds a demand where the limiter does not look at its size", () => {
  const config = limiterConfigSchema.parse(LIMITER_PRESETS.disabled);
  const rng = createRng(1);
  expect(createLimiter({ config }, rng).costMax).toBe(Infinity);
  expect(createLimiter({ strategy: "literal" }, rng).costMax).toBe(Infinity);
  expect(createLimiter({ strategy: "literal-user" }, rng).costMax).toBe(Infinity);
});

test("a call to literal is a write, a call to literal-user is a user's batch", () => {
  const unitOf = (strategy: "literal" | "literal-user"): string =>
    createLimiter({ strategy }, createRng(1)).unit;
  expect(unitOf("literal")).toBe("write");
  expect(unitOf("literal-user")).toBe("user");
});

test.each(LIMITER_STRATEGIES)("disabled grants at once whatever the strategy (%s)", (strategy) => {
  const config = limiterConfigSchema.parse(LIMITER_PRESETS.disabled);
  const limiter = createLimiter({ strategy, config }, createRng(1));
  for (let call = 0; call < 10_000; call += 1) {
    expect(limiter.reserve({ ...demand, cost: 1000 }, 7)).toEqual({ kind: "granted", sendAtMs: 7 });
  }
  expect(limiter.state(7)).toMatchObject({ strategy: "disabled", ratePerSecond: Infinity });
});

test("the same seed gives the same jitter", () => {
  const times = [1, 1, 2].map((seed) =>
    createLimiter({ strategy: "literal" }, createRng(seed)).reserve(
      { ...demand, userCount: 1000 },
      0,
    ),
  );
  expect(times[0]).toEqual(times[1]);
  expect(times[0]).not.toEqual(times[2]);
});
