import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AdaptiveLimiter } from "./adaptive.ts";
import { limiterConfigSchema } from "./config.ts";
import type { Outcome } from "./limiter.ts";

const CEILING = 500 / 1.06;
const demand = { cost: 10, keys: [], tenantId: "t", userCount: 1000 };

function adaptive(changes: object = {}): AdaptiveLimiter {
  return new AdaptiveLimiter(limiterConfigSchema.parse(changes), () => undefined);
}

function answer(status: Outcome["status"], latencyMs = 20): Outcome {
  return { cost: 10, tenantId: "t", status, latencyMs };
}

const rateOf = (limiter: AdaptiveLimiter, nowMs: number): number =>
  limiter.state(nowMs).ratePerSecond;

describe("slowing", () => {
  test("starts at the ceiling that batch_write_limit sets", () => {
    expect(rateOf(adaptive(), 0)).toBeCloseTo(CEILING, 6);
  });

  test.each(["aborted", "resource-exhausted", "unavailable"] as const)(
    "on %s, by 0.7",
    (status) => {
      const limiter = adaptive();
      limiter.report(answer(status), 0);
      expect(rateOf(limiter, 0)).toBeCloseTo(0.7 * CEILING, 6);
      limiter.reserve(demand, 0);
      limiter.reserve(demand, 0);
      expect(limiter.reserve(demand, 0)).toMatchObject({ waitedFor: "back-off" });
    },
  );

  test("a fault of the write itself is no pressure", () => {
    const limiter = adaptive();
    limiter.report(answer("failed"), 0);
    expect(rateOf(limiter, 0)).toBeCloseTo(CEILING, 6);
  });

  test("one refusal in fifty is left to the retry", () => {
    const limiter = adaptive();
    for (let index = 0; index < 49; index += 1) limiter.report(answer("committed"), 0);
    limiter.report(answer("aborted"), 0);
    expect(rateOf(limiter, 0)).toBeCloseTo(CEILING, 6);
  });

  test("at most once in a second", () => {
    const limiter = adaptive();
    for (const nowMs of [0, 100, 900]) limiter.report(answer("aborted"), nowMs);
    expect(rateOf(limiter, 900)).toBeCloseTo(0.7 * CEILING, 6);
    limiter.report(answer("aborted"), 1000);
    expect(rateOf(limiter, 1000)).toBeCloseTo(0.49 * CEILING, 6);
  });

  test("on latency that rises to twice the usual, not on latency that is merely high", () => {
    const limiter = adaptive();
    for (let index = 0; index < 400; index += 1) limiter.report(answer("committed", 300), index);
    expect(rateOf(limiter, 400)).toBeCloseTo(CEILING, 6);
    for (let index = 0; index < 30; index += 1) limiter.report(answer("committed", 900), 400);
    expect(rateOf(limiter, 400)).toBeCloseTo(0.7 * CEILING, 6);
  });

  test("never on latency below 100 ms", () => {
    const limiter = adaptive();
    for (let index = 0; index < 200; index += 1) limiter.report(answer("committed", 5), index);
    for (let index = 0; index < 30; index += 1) limiter.report(answer("committed", 90), 200);
    expect(rateOf(limiter, 200)).toBeCloseTo(CEILING, 6);
  });
});

test("recovers by 5% of the ceiling a second after a quiet second, up to the ceiling", () => {
  const limiter = adaptive();
  limiter.report(answer("aborted"), 0);
  expect(rateOf(limiter, 1000)).toBeCloseTo(0.7 * CEILING, 6);
  expect(rateOf(limiter, 3000)).toBeCloseTo(0.8 * CEILING, 6);
  expect(rateOf(limiter, 60_000)).toBeCloseTo(CEILING, 6);
});

test("refuses while the circuit is open, and says when to try again", () => {
  const limiter = adaptive();
  for (let index = 0; index < 20; index += 1) limiter.report(answer("resource-exhausted"), 0);
  expect(limiter.state(0).circuit).toBe("open");
  expect(limiter.reserve(demand, 5000)).toMatchObject({
    kind: "refused",
    reason: "open-circuit",
    retryAtMs: 10_000,
  });
  expect(limiter.reserve(demand, 10_000).kind).toBe("granted");
  expect(limiter.state(10_000).circuit).toBe("half-open");
});

/** Twenty commits refused in the first moment: open until 10,000 ms. */
function openCircuit(changes: object = {}): AdaptiveLimiter {
  const limiter = adaptive(changes);
  for (let index = 0; index < 20; index += 1) limiter.report(answer("resource-exhausted", 0), 0);
  return limiter;
}

describe("while the circuit is open", () => {
  test("what is already reserved departs when the trial begins, and within the limit", () => {
    const limiter = openCircuit({ batch_write_limit: 20 });
    expect([limiter.depart(10, 100), limiter.depart(10, 5000)]).toEqual([10_000, 10_000]);
    // Two commits of ten fill the second: spans of 101 buckets of 10 ms.
    expect(limiter.depart(10, 9000)).toBe(11_010);
    expect(limiter.depart(10, 13_000)).toBe(13_000);
  });

  test("also beyond the line's horizon of ten minutes", () => {
    const limiter = openCircuit({ tuning: { breaker: { openSec: 3600 } } });
    expect(limiter.depart(10, 100)).toBe(3_600_000);
    expect(limiter.depart(10, 3_600_000)).toBe(3_600_000);
  });

  test("answers to commits sent before neither close nor reopen it in its trial", () => {
    const limiter = openCircuit();
    for (const status of ["committed", "aborted"] as const) {
      for (let late = 0; late < 5; late += 1) limiter.report(answer(status, 200), 10_100);
      expect(limiter.state(10_100).circuit).toBe("half-open");
    }
    for (let probe = 0; probe < 5; probe += 1) limiter.report(answer("committed", 50), 10_100);
    expect(limiter.state(10_100).circuit).toBe("closed");
  });
});

test("a commit that can never be sent is no probe", () => {
  const limiter = openCircuit();
  const kindOf = (cost: number) => limiter.reserve({ ...demand, cost }, 10_000);
  for (let index = 0; index < 5; index += 1) {
    expect(kindOf(501)).toMatchObject({ kind: "refused", reason: "impossible" });
  }
  for (let probe = 0; probe < 5; probe += 1) expect(kindOf(10).kind).toBe("granted");
  expect(kindOf(10)).toMatchObject({ kind: "refused", reason: "open-circuit" });
});

test("stays between its least rate and the ceiling, and never sends more than it in a second", () => {
  const step = fc.record({
    passedMs: fc.integer({ min: 0, max: 300 }),
    status: fc.constantFrom<Outcome["status"]>("committed", "committed", "aborted"),
    latencyMs: fc.integer({ min: 1, max: 2000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const limiter = adaptive({ batch_write_limit: 100 });
      const sent: number[] = [];
      let nowMs = 0;
      for (const { passedMs, status, latencyMs } of steps) {
        nowMs += passedMs;
        const reservation = limiter.reserve(demand, nowMs);
        if (reservation.kind === "granted") sent.push(reservation.sendAtMs);
        limiter.report(answer(status, latencyMs), nowMs);
        expect(rateOf(limiter, nowMs)).toBeLessThanOrEqual(100 / 1.06 + 1e-9);
        expect(rateOf(limiter, nowMs)).toBeGreaterThanOrEqual(0.02 * (100 / 1.06) - 1e-9);
      }
      for (const startMs of sent) {
        const inside = sent.filter((atMs) => atMs >= startMs && atMs < startMs + 1000);
        expect(inside.length * 10).toBeLessThanOrEqual(100);
      }
    }),
  );
});
