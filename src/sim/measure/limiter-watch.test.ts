import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRng } from "../../std/rng.ts";
import { limiterConfigSchema, type LimiterConfig } from "../../system/limiter/config.ts";
import { createLimiter } from "../../system/limiter/create-limiter.ts";
import type { Outcome, WriteLimiter } from "../../system/limiter/limiter.ts";
import { LimiterWatch, lineTermsOf, type LimiterUse } from "./limiter-watch.ts";
import { WatchedLimiter } from "./watched-limiter.ts";

interface Step {
  readonly passedMs: number;
  readonly tenant: number;
  readonly cost: number;
  /** Documents of the commit: few, so that some are written often. */
  readonly document: number;
  readonly status: Outcome["status"];
}

const step = fc.record<Step>({
  passedMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 80 }), fc.constant(3000)),
  tenant: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 4 })),
  cost: fc.integer({ min: 1, max: 30 }),
  document: fc.nat({ max: 40 }),
  status: fc.constantFrom("committed", "committed", "committed", "aborted", "resource-exhausted"),
});

const tuning = fc.record({
  lentShare: fc.constantFrom(0.2, 0.5, 0.8),
  lendAheadMs: fc.constantFrom(0, 100, 1000),
  burstWrites: fc.constantFrom(1, 100),
  limits: fc.constantFrom({}, { tenants: { "tenant-0": 20 } }),
});

function run(limiter: WriteLimiter, config: LimiterConfig, steps: readonly Step[]): LimiterUse {
  const watch = new LimiterWatch(lineTermsOf(config), 0);
  const watched = new WatchedLimiter(limiter, watch);
  let nowMs = 0;
  for (const { passedMs, tenant, cost, document, status } of steps) {
    nowMs += passedMs;
    const tenantId = `tenant-${tenant}`;
    const keys = Array.from({ length: cost }, (_, index) => `${document}/${index}`);
    watched.reserve({ cost, keys, tenantId, userCount: 10 }, nowMs);
    watched.report({ cost, tenantId, status, latencyMs: 20 }, nowMs);
  }
  return watch.use();
}

function excess(use: LimiterUse, law: "ahead" | "wait"): number {
  const worst = use[law];
  return worst === null ? -Infinity : worst.figureMs - worst.allowedMs;
}

/** A herd, and then one after the other: more than the rate takes. */
const PRESSED: readonly Step[] = Array.from({ length: 200 }, (_, index) => ({
  passedMs: index < 30 ? 0 : 20,
  tenant: index % 3,
  cost: 11,
  document: index,
  status: "committed",
}));

const CONFIG = limiterConfigSchema.parse({});

function limiterOf(
  strategy: "paced" | "ramp" | "adaptive",
  config: LimiterConfig = CONFIG,
): WriteLimiter {
  return createLimiter({ strategy, config }, createRng(1));
}

describe("the laws of an evenly pacing limiter", () => {
  it.each(["paced", "ramp", "adaptive"] as const)(
    "hold for %s, whatever it is asked",
    (strategy) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 150 }), tuning, (steps, tenants) => {
          const config = limiterConfigSchema.parse({
            batch_write_limit: 120,
            tuning: { tenants, ramp: { startPerSecond: 120 } },
          });
          const use = run(limiterOf(strategy, config), config, steps);
          expect(excess(use, "ahead")).toBeLessThanOrEqual(0);
          expect(excess(use, "wait")).toBeLessThanOrEqual(0);
        }),
        { numRuns: 150 },
      );
    },
  );

  it.each(["paced", "ramp", "adaptive"] as const)(
    "are put to the test by a herd (%s)",
    (strategy) => {
      const { ahead, wait } = run(limiterOf(strategy), CONFIG, PRESSED);
      // Near enough to their bounds for a fault to show.
      expect(ahead?.figureMs).toBeGreaterThan(0.5 * (ahead?.allowedMs ?? Infinity));
      expect(wait?.figureMs).toBeGreaterThan(0);
    },
  );

  it("find out one that lets a commit through unasked, now and then", () => {
    const sound = limiterOf("paced");
    let asked = 0;
    const spoilt: WriteLimiter = {
      ...port(sound),
      reserve: (demand, nowMs) => {
        asked += 1;
        if (asked % 10 === 0) return { kind: "granted", sendAtMs: nowMs };
        return sound.reserve(demand, nowMs);
      },
    };
    expect(excess(run(spoilt, CONFIG, PRESSED), "ahead")).toBeGreaterThan(0);
  });

  it("find out one that keeps tokens back", () => {
    const sound = limiterOf("paced");
    const spoilt: WriteLimiter = {
      ...port(sound),
      reserve: (demand, nowMs) => {
        sound.reserve({ ...demand, cost: 60, keys: [] }, nowMs);
        return sound.reserve(demand, nowMs);
      },
    };
    expect(excess(run(spoilt, CONFIG, PRESSED), "wait")).toBeGreaterThan(0);
  });
});

describe("a watch", () => {
  it("tells of each tenant what it asked and how long it waited", () => {
    const { tenants, reservations } = run(limiterOf("paced"), CONFIG, PRESSED);
    expect(reservations).toBe(200);
    expect(tenants.map(({ tenantId, commits, writes }) => [tenantId, commits, writes])).toEqual([
      ["tenant-0", 67, 737],
      ["tenant-1", 67, 737],
      ["tenant-2", 66, 726],
    ]);
    expect(tenants.every(({ waitMs }) => waitMs > 0)).toBe(true);
  });

  it("tells what others waited at the same moments", () => {
    const step = (tenant: number, passedMs = 0): Step => ({
      passedMs,
      tenant,
      cost: 100,
      document: tenant,
      status: "committed",
    });
    const herd = Array.from({ length: 20 }, () => step(1));
    const { tenants } = run(limiterOf("paced"), CONFIG, [step(0), ...herd, step(2)]);
    const of = (tenantId: string) => tenants.find((tenant) => tenant.tenantId === tenantId);
    // The first had nobody beside it; the last came when all of the others had long to wait.
    expect(of("tenant-0")).toMatchObject({ waitMs: 0, othersWaitMs: 0 });
    expect(of("tenant-2")?.othersWaitMs).toBeGreaterThan(1000);
  });

  it("counts what is refused, and nothing else of it", () => {
    const tooLarge: Step = { passedMs: 0, tenant: 0, cost: 501, document: 0, status: "committed" };
    expect(run(limiterOf("paced"), CONFIG, [tooLarge])).toEqual({
      reservations: 1,
      ahead: null,
      wait: null,
      tenants: [],
    });
  });
});

function port(sound: WriteLimiter): Omit<WriteLimiter, "reserve"> {
  return {
    stagger: sound.stagger,
    unit: sound.unit,
    costMax: sound.costMax,
    depart: (cost, nowMs) => sound.depart(cost, nowMs),
    report: (outcome, nowMs) => sound.report(outcome, nowMs),
    state: (nowMs) => sound.state(nowMs),
  };
}
