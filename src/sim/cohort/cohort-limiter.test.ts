import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../std/rng.ts";
import { limiterConfigSchema } from "../../system/limiter/config.ts";
import {
  createLimiter,
  LIMITER_STRATEGIES,
  type LimiterStrategy,
} from "../../system/limiter/create-limiter.ts";
import type { Demand, Outcome, WriteLimiter } from "../../system/limiter/limiter.ts";
import { workerWriteRatePath } from "../../system/schema/ops.ts";
import { WriteMeter } from "../measure/write-meter.ts";
import { CohortLimiter, cohortLimiter } from "./cohort-limiter.ts";

const config = limiterConfigSchema.parse({});

function own(strategy: LimiterStrategy): WriteLimiter {
  return createLimiter({ strategy, config }, createRng(1));
}

function demand(cost: number, user: number): Demand {
  const keys = Array.from({ length: cost }, (_, index) => `users/u${user}/trades/${index}`);
  return { cost, keys, tenantId: `t${user % 7}`, userCount: 64 };
}

const calls = fc.array(
  fc.record({
    user: fc.integer({ min: 0, max: 50 }),
    cost: fc.integer({ min: 1, max: 20 }),
    passedMs: fc.integer({ min: 0, max: 100 }),
    status: fc.constantFrom<Outcome["status"]>("committed", "aborted", "resource-exhausted"),
  }),
  { minLength: 1, maxLength: 200 },
);

describe("a cohort of one", () => {
  it.each(LIMITER_STRATEGIES)("is the limiter %s itself, to the last answer", (strategy) => {
    fc.assert(
      fc.property(calls, (asked) => {
        const plain = own(strategy);
        const traits = { cohort: 1, strategy, onOthers: () => expect.unreachable() };
        const cohort = new CohortLimiter(own(strategy), createRng(2), traits);
        let nowMs = 0;
        for (const { user, cost, passedMs, status } of asked) {
          nowMs += passedMs;
          expect(cohort.reserve(demand(cost, user), nowMs)).toEqual(
            plain.reserve(demand(cost, user), nowMs),
          );
          expect(cohort.depart(cost, nowMs)).toBe(plain.depart(cost, nowMs));
          const outcome = { cost, tenantId: `t${user % 7}`, status, latencyMs: 40 };
          cohort.report(outcome, nowMs);
          plain.report(outcome, nowMs);
          expect(cohort.state(nowMs)).toEqual(plain.state(nowMs));
        }
        expect([cohort.costMax, cohort.unit, cohort.stagger]).toEqual([
          plain.costMax,
          plain.unit,
          plain.stagger,
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it("is not wrapped at all where a run makes its limiters", () => {
    const made: WriteLimiter[] = [];
    const create: typeof createLimiter = (options, rng) => {
      const limiter = createLimiter(options, rng);
      made.push(limiter);
      return limiter;
    };
    const options = { cohort: 1, create, onOthers: () => undefined };
    expect(cohortLimiter({ config }, createRng(1), options)).toBe(made[0]);
  });
});

describe("a cohort of ten", () => {
  const limiter = (
    strategy: LimiterStrategy,
    onOthers: (writes: number, atMs: number) => void = () => undefined,
  ): WriteLimiter =>
    cohortLimiter({ strategy, config }, createRng(1), {
      cohort: 10,
      create: createLimiter,
      onOthers,
    });

  /** One user of so many writes after another, as evenly as the whole would load the limiter. */
  function drive(
    paced: WriteLimiter,
    users: number,
    everyMs: number,
    writesOf: (user: number) => number,
    tenants = 7,
  ) {
    const waits: number[] = [];
    for (let user = 0; user < users; user += 1) {
      const nowMs = user * everyMs;
      const tenantId = `t${user % tenants}`;
      const answer = paced.reserve({ ...demand(writesOf(user), user), tenantId }, nowMs);
      if (answer.kind === "granted") waits.push(answer.sendAtMs - nowMs);
    }
    return waits;
  }

  it("sends ten times its writes at the limiter's rate, and never more in a second than it allows", () => {
    const meter = new WriteMeter();
    const paced = limiter("paced", (writes, atMs) => meter.record(atMs, writes));
    for (let user = 0; user < 600; user += 1) {
      const answer = paced.reserve(demand(5, user), 0);
      expect(answer.kind).toBe("granted");
      if (answer.kind === "granted") meter.record(answer.sendAtMs, 5);
    }
    const { writes } = meter.worstSecond();
    expect(writes).toBeLessThanOrEqual(500);
    expect(writes).toBeGreaterThan(460);
    // Others of at most 32 users wait to come mixed; the rest have asked.
    expect(meter.writes).toBeGreaterThan(600 * 50 * 0.9);
    expect(meter.writes).toBeLessThanOrEqual(600 * 50);
    expect(paced.state(0).ratePerSecond * 10).toBeCloseTo(own("paced").state(0).ratePerSecond);
  });

  it("waits about as long as each of ten times as many users does", () => {
    const costs = createRng("costs");
    const drawn = Array.from({ length: 12_000 }, () =>
      costs.pick([2, 5, 9, 14, 4, 3, 30, 8, 2, 3]),
    );
    const writesOf = (user: number): number => drawn[user] ?? 0;
    const mean = (waits: readonly number[]): number =>
      waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    // 8 writes every 20 ms on average: 400 of some 472 a second.
    const exact = mean(drive(own("paced"), 12_000, 20, writesOf, 70));
    const cohort = mean(drive(limiter("paced"), 1200, 200, writesOf));
    expect(exact).toBeGreaterThan(10);
    // Ten ask in one moment; with others exactly like it, it would wait ten times as long.
    expect(cohort / exact).toBeGreaterThan(1 / 2);
    expect(cohort / exact).toBeLessThan(5);
  });

  it("commits as much at once as a user of its own does", () => {
    expect(limiter("paced").costMax).toBe(500);
    expect(limiter("paced").reserve(demand(500, 1), 0).kind).toBe("granted");
  });

  it("does not write its documents ten times as often", () => {
    const keys = Array.from({ length: 40 }, () => "users/u/trades/one");
    expect(limiter("paced").reserve({ ...demand(40, 1), keys }, 0).kind).toBe("granted");
  });

  it("has nobody beside it where a worker writes its own documents", () => {
    const others: number[] = [];
    const paced = limiter("paced", (writes) => others.push(writes));
    const heartbeat = "tenants/t/ops_heartbeats/pulse-all";
    const keys = [workerWriteRatePath("w"), heartbeat, heartbeat];
    paced.reserve({ cost: 3, keys, tenantId: "ops", userCount: 1 }, 0);
    expect(others.reduce((sum, writes) => sum + writes, 0)).toBe(18);
  });

  it("calls the literal limiter ten times, which counts calls", () => {
    const literal = limiter("literal");
    for (let user = 0; user < 60; user += 1) literal.reserve(demand(1, user), 0);
    // At most as many as 32 users have beside them wait, to come mixed; half of all have called.
    const { reserved } = literal.state(0).counters;
    expect(reserved).toBeGreaterThanOrEqual(60 + (9 * 60) / 2);
    expect(reserved).toBeGreaterThanOrEqual(60 + 9 * (60 - 32));
    expect(reserved).toBeLessThan(10 * 60);
  });

  it("is ten answers to the adaptive limiter, which counts them", () => {
    const adaptive = limiter("adaptive");
    const before = adaptive.state(0).ratePerSecond;
    const outcome = { cost: 1, tenantId: "t", status: "resource-exhausted", latencyMs: 5 } as const;
    adaptive.report(outcome, 1);
    expect(adaptive.state(1).ratePerSecond).toBeLessThan(before);
    // The breaker wants 20 answers before it opens.
    expect(adaptive.state(1).circuit).toBe("closed");
    adaptive.report(outcome, 2);
    expect(adaptive.state(2).circuit).toBe("open");
  });
});
