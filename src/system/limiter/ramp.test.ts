import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limiterConfigSchema } from "./config.ts";
import { RampLimiter } from "./ramp.ts";
import { RampSchedule } from "./ramp-schedule.ts";

/** The SDK's limiter, as BulkWriter uses it. Its package exports no such path, its file does. */
interface SdkRateLimiter {
  tryMakeRequest(writes: number, nowMs: number): boolean;
  calculateCapacity(nowMs: number): number;
}
type SdkRateLimiterClass = new (
  initialCapacity: number,
  multiplier: number,
  multiplierMillis: number,
  maximumCapacity: number,
  startTimeMillis: number,
) => SdkRateLimiter;

const sdkFile = "../../../node_modules/@google-cloud/firestore/build/src/rate-limiter.js";
const require = createRequire(import.meta.url);
const { RateLimiter } = require(sdkFile) as { readonly RateLimiter: SdkRateLimiterClass };

const MINUTE_MS = 60_000;
const { ramp: rampTuning } = limiterConfigSchema.parse({}).tuning;

const sdk = (): SdkRateLimiter => new RateLimiter(500, 1.5, 5 * MINUTE_MS, 10_000, 0);
const ramp = (): RampLimiter => new RampLimiter(limiterConfigSchema.parse({}), () => undefined);

/** A writer who always has more to write and asks again when the last write has gone. */
function saturate(limiter: RampLimiter, cost: number, untilMs: number): number[] {
  const sent: number[] = [];
  let nowMs = 0;
  while (nowMs < untilMs) {
    const demand = { cost, keys: [], tenantId: "t", userCount: 1 };
    const reservation = limiter.reserve(demand, nowMs);
    if (reservation.kind === "refused") throw new Error(reservation.message);
    nowMs = reservation.sendAtMs;
    if (nowMs < untilMs) sent.push(nowMs);
  }
  return sent;
}

/** What the SDK grants a writer who asks for `cost` writes every `pollMs`, again and again. */
function pollSdk(cost: number, pollMs: number, untilMs: number): { atMs: number }[] {
  const limiter = sdk();
  const granted: { atMs: number }[] = [];
  for (let nowMs = 0; nowMs < untilMs; nowMs += pollMs) {
    while (limiter.tryMakeRequest(cost, nowMs)) granted.push({ atMs: nowMs });
  }
  return granted;
}

describe("beside the RateLimiter of @google-cloud/firestore", () => {
  test("the same maximum rate at each time, for a writer who uses it", () => {
    const schedule = new RampSchedule(rampTuning);
    const theirs = sdk();
    schedule.advance(0);
    // To 45 minutes: 500, 750, 1125, 1687, 2531, 3796, 5695, 8542, 10000, 10000.
    for (let second = 0; second < 45 * 60; second += 1) {
      const nowMs = second * 1000;
      schedule.advance(nowMs);
      expect(schedule.ratePerSecond).toBe(theirs.calculateCapacity(nowMs));
      schedule.note(schedule.ratePerSecond, nowMs);
    }
    expect(schedule.ratePerSecond).toBe(10_000);
  });

  test("they grant 999 and more in the first second, we never more than 500", () => {
    const firstSecond = pollSdk(1, 10, 1000).length;
    expect(firstSecond).toBeGreaterThan(900);
    expect(saturate(ramp(), 1, 1000).length).toBeLessThanOrEqual(500);
  });

  test("over a minute we grant 98% of the schedule, however the writer asks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), (cost) => {
        const writes = saturate(ramp(), cost, MINUTE_MS).length * cost;
        expect(writes).toBeLessThanOrEqual(500 * 60);
        // A window that holds whole commits only may fall short by one commit of each lane.
        expect(writes).toBeGreaterThanOrEqual((500 - 2 * cost) * 60 * 0.98);
      }),
      { numRuns: 15 },
    );
  });

  test("they grant no more than ours and one full bucket; polled at 3, 5 or 7 ms, far less", () => {
    const ours = saturate(ramp(), 1, MINUTE_MS).length;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (pollMs) => {
        expect(pollSdk(1, pollMs, MINUTE_MS).length).toBeLessThanOrEqual(ours / 0.98 + 500);
      }),
      { numRuns: 20 },
    );
    for (const pollMs of [3, 5, 7]) {
      expect(pollSdk(1, pollMs, MINUTE_MS).length).toBeLessThan(0.95 * ours);
    }
  });

  test("an idle writer earns ramp with them, and none with us", () => {
    const limiter = ramp();
    limiter.reserve({ cost: 1, keys: [], tenantId: "t", userCount: 1 }, 0);
    expect(sdk().calculateCapacity(60 * MINUTE_MS)).toBe(10_000);
    expect(limiter.state(60 * MINUTE_MS).ratePerSecond).toBeCloseTo(500 / 1.01, 6);
  });
});

describe("the ramp clock", () => {
  test("counts seconds that carry the rate of the step before, 333 of 500", () => {
    for (const [writes, rate] of [
      [333, 500],
      [334, 750],
    ] as const) {
      const schedule = new RampSchedule(rampTuning);
      schedule.advance(0);
      for (let second = 0; second < 300; second += 1) {
        schedule.note(writes, second * 1000);
        schedule.advance((second + 1) * 1000);
      }
      expect(schedule.ratePerSecond).toBe(rate);
    }
  });

  test("stands still in pauses, even far longer than it remembers", () => {
    const schedule = new RampSchedule(rampTuning);
    schedule.advance(500);
    let nowMs = 500;
    for (let second = 0; second < 299; second += 1) {
      schedule.note(500, nowMs);
      nowMs += second % 100 === 99 ? 10_000_000 : 1000;
      schedule.advance(nowMs);
    }
    expect(schedule.ratePerSecond).toBe(500);
    schedule.note(500, nowMs);
    schedule.advance(nowMs + 1000);
    expect(schedule.ratePerSecond).toBe(750);
  });

  test("counts grants in the future when their second has come", () => {
    const schedule = new RampSchedule(rampTuning);
    schedule.advance(0);
    for (let second = 0; second < 300; second += 1) schedule.note(500, second * 1000);
    schedule.advance(299_999);
    expect(schedule.ratePerSecond).toBe(500);
    schedule.advance(300_000);
    expect(schedule.ratePerSecond).toBe(750);
  });
});

test("no second ever holds more than the rate at its end, across a step too", () => {
  const sent = saturate(ramp(), 10, 6 * MINUTE_MS);
  let first = 0;
  for (const [index, atMs] of sent.entries()) {
    while ((sent[first] ?? 0) <= atMs - 1000) first += 1;
    const limit = atMs < 5 * MINUTE_MS ? 500 : 750;
    expect((index - first + 1) * 10).toBeLessThanOrEqual(limit);
  }
  // And the step is used: about 750/s in the sixth minute.
  const sixth = sent.filter((atMs) => atMs >= 5.1 * MINUTE_MS).length * 10;
  expect(sixth / 54).toBeGreaterThan(0.96 * 750);
});

test("a commit beyond the present rate is refused", () => {
  const demand = { cost: 501, keys: [], tenantId: "t", userCount: 1 };
  expect(ramp().reserve(demand, 0)).toMatchObject({ kind: "refused", reason: "impossible" });
});
