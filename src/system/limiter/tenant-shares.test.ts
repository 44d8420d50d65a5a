import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limiterConfigSchema } from "./config.ts";
import type { Reservation } from "./limiter.ts";
import { PacedLimiter } from "./paced.ts";
import { TenantShares } from "./tenant-shares.ts";

const COST = 10;

function sendAtMs(reservation: Reservation): number {
  if (reservation.kind === "refused") throw new Error(reservation.message);
  return reservation.sendAtMs;
}

interface Arrival {
  readonly atMs: number;
  readonly tenantId: string;
}

/** Steady arrivals of commits of ten writes. */
function arrivals(tenantId: string, everyMs: number, phaseMs: number, untilMs: number): Arrival[] {
  const list: Arrival[] = [];
  for (let atMs = phaseMs; atMs < untilMs; atMs += everyMs) list.push({ atMs, tenantId });
  return list;
}

function waitsOfSmall(all: readonly Arrival[], tuning: object): number[] {
  const config = limiterConfigSchema.parse({ tuning });
  const limiter = new PacedLimiter(config, () => undefined);
  const waits: number[] = [];
  for (const { atMs, tenantId } of all.toSorted((a, b) => a.atMs - b.atMs)) {
    const demand = { cost: COST, keys: [], tenantId, userCount: 1000 };
    const reservation = limiter.reserve(demand, atMs);
    if (tenantId !== "large") waits.push(sendAtMs(reservation) - atMs);
  }
  return waits;
}

describe("a large tenant with half of the users that offers ten times as much", () => {
  // 1,000 users × 10 writes every 30 s are 333/s: 167/s of the small tenants, 1,667/s of the large.
  const everyMsOfLarge = 6;
  const untilMs = 20_000;

  test("never delays a small tenant beyond the bound of docs/limiter.md", () => {
    const scene = fc.record({
      smallTenants: fc.integer({ min: 1, max: 100 }),
      phases: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    });
    fc.assert(
      fc.property(scene, ({ smallTenants, phases }) => {
        const everyMs = (smallTenants * COST * 1000) / 166.7;
        const offers = Array.from({ length: smallTenants }, (_, index) => {
          const phaseMs = phases.next().value * everyMs;
          return arrivals(`small-${index}`, everyMs, phaseMs, untilMs);
        });
        const large = arrivals("large", everyMsOfLarge, 0, untilMs);
        const waits = waitsOfSmall([...large, ...offers.flat()], {});
        // lendAhead + (all that small tenants and the large one's burst can have in the common
        // lane + two commits that overhang) × 1000 / 236 a write + one bucket.
        const inLane = smallTenants * COST + 100 + 2 * COST;
        const boundMs = 100 + (inLane * 1000) / (0.5 * 471.7) + 10;
        expect(Math.max(0, ...waits)).toBeLessThanOrEqual(boundMs);
      }),
      { numRuns: 40 },
    );
  });

  test("in an even mixture the small wait a quarter of a second at most, once it is under way", () => {
    const small = Array.from({ length: 50 }, (_, index) =>
      arrivals(`small-${index}`, 3000, index * 60, untilMs),
    );
    const large = arrivals("large", everyMsOfLarge, 0, untilMs);
    const waits = waitsOfSmall([...large, ...small.flat()], {});
    expect(Math.max(...waits.slice(30))).toBeLessThan(250);
  });

  test("without shares worth the name the small would wait for seconds", () => {
    const small = Array.from({ length: 50 }, (_, index) =>
      arrivals(`small-${index}`, 3000, index * 60, untilMs),
    );
    const large = arrivals("large", everyMsOfLarge, 0, untilMs);
    const tuning = { tenants: { lentShare: 0.95, burstWrites: 1, lendAheadMs: 10_000 } };
    const waits = waitsOfSmall([...large, ...small.flat()], tuning);
    expect(Math.max(...waits)).toBeGreaterThan(5000);
  });

  test("what the small leave is lent: the large tenant alone has the whole rate", () => {
    const limiter = new PacedLimiter(limiterConfigSchema.parse({}), () => undefined);
    let last = 0;
    for (let commit = 0; commit < 1000; commit += 1) {
      const demand = { cost: COST, keys: [], tenantId: "large", userCount: 1 };
      last = Math.max(last, sendAtMs(limiter.reserve(demand, 0)));
    }
    expect(last).toBeLessThan(21_300); // 10,000 writes at 471.7/s
  });
});

test("an own limit holds a tenant to it, by plan or by name", () => {
  const limits = { plans: { free: 10 }, tenants: { named: 20 } };
  const config = limiterConfigSchema.parse({ tuning: { tenants: { limits } } });
  const limiter = new PacedLimiter(config, () => "free");
  for (const [tenantId, everyMs] of [
    ["other", 1000],
    ["named", 500],
  ] as const) {
    const times = Array.from({ length: 5 }, () =>
      sendAtMs(limiter.reserve({ cost: COST, keys: [], tenantId, userCount: 1 }, 0)),
    );
    for (const [index, time] of times.entries())
      expect(time).toBeGreaterThanOrEqual(index * everyMs);
    expect(times[4]).toBeLessThan(4 * everyMs + 100);
  }
});

describe("TenantShares", () => {
  const tuning = limiterConfigSchema.parse({
    tuning: { tenants: { weights: { plans: { enterprise: 3 } }, burstWrites: 10 } },
  }).tuning.tenants;

  test("earnings follow the weights", () => {
    const shares = new TenantShares(tuning, (id) => (id === "big" ? "enterprise" : "free"));
    shares.advance(0, 100);
    shares.charge(shares.standing("big"), 20);
    shares.charge(shares.standing("small"), 20);
    shares.advance(40, 100);
    // 4 writes earned in 40 ms at 100/s: three parts to one. Both began at 10 - 20.
    expect(shares.standing("big").writesLeft).toBeCloseTo(-7, 9);
    expect(shares.standing("small").writesLeft).toBeCloseTo(-9, 9);
  });

  test("a plan that becomes known changes weight and limit within a minute", () => {
    const plans = new Map<string, string>();
    const limits = { plans: { enterprise: 5 } };
    const shares = new TenantShares({ ...tuning, limits: { tenants: {}, ...limits } }, (id) =>
      plans.get(id),
    );
    shares.advance(0, 100);
    shares.charge(shares.standing("big"), 20);
    expect(shares.standing("big").limitFreeMs).toBe(-Infinity);
    plans.set("big", "enterprise");
    shares.advance(30_000, 0.1);
    // 3 writes earned in 30 s alone at 0.1/s, whatever the weight: it began at 10 - 20.
    expect(shares.standing("big").writesLeft).toBeCloseTo(-7, 9);
    shares.advance(60_000, 0);
    shares.charge(shares.standing("big"), 1);
    expect(shares.standing("big").limitFreeMs).toBeCloseTo(60_200, 9);
    shares.charge(shares.standing("small"), 20);
    const before = shares.standing("big").writesLeft;
    shares.advance(60_040, 100);
    // Three parts to one of the 4 writes of 40 ms.
    expect(shares.standing("big").writesLeft - before).toBeCloseTo(3, 9);
  });

  test("forgets tenants without demand", () => {
    const shares = new TenantShares(tuning, () => undefined);
    for (let minute = 0; minute < 100; minute += 1) {
      shares.advance(minute * 60_000, 100);
      for (let index = 0; index < 10; index += 1) shares.standing(`${minute}-${index}`);
    }
    expect(shares.size).toBeLessThanOrEqual(30);
  });
});
