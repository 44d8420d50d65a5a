import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limiterConfigSchema } from "./config.ts";
import type { Demand, Outcome, Reservation, WriteLimiter } from "./limiter.ts";
import { PacedLimiter } from "./paced.ts";

function paced(changes: object = {}): PacedLimiter {
  return new PacedLimiter(limiterConfigSchema.parse(changes), () => undefined);
}

function demandOf(changes: Partial<Demand> = {}): Demand {
  return { cost: 10, keys: [], tenantId: "t", userCount: 1000, ...changes };
}

function sendAtMs(reservation: Reservation): number {
  if (reservation.kind === "refused") throw new Error(reservation.message);
  return reservation.sendAtMs;
}

/** The last send time when this many commits of ten writes are asked for at once. */
function drainMs(limiter: WriteLimiter, commits: number): number {
  const times = Array.from({ length: commits }, () => sendAtMs(limiter.reserve(demandOf(), 0)));
  return Math.max(...times);
}

function answer(status: Outcome["status"]): Outcome {
  return { cost: 10, tenantId: "t", status, latencyMs: 20 };
}

describe("laws", () => {
  const step = fc.record({
    cost: fc.integer({ min: 1, max: 60 }),
    tenant: fc.integer({ min: 0, max: 4 }),
    document: fc.integer({ min: 0, max: 3 }),
    passedMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 500, noNaN: true })),
    status: fc.option(fc.constantFrom<Outcome["status"]>("committed", "aborted"), {
      nil: undefined,
    }),
  });

  test("no second over batch_write_limit, no document over doc_write_limit, none sent early", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const limits = { batch_write_limit: 100, doc_write_limit: 8 };
        const caps = { tenants: { limits: { tenants: { t4: 30 } } } };
        const limiter = paced({ ...limits, tuning: { guardMs: 0, ...caps } });
        const sent: { atMs: number; cost: number; document: number }[] = [];
        let nowMs = 777;
        for (const { cost, tenant, document, passedMs, status } of steps) {
          nowMs += passedMs;
          if (status !== undefined) limiter.report(answer(status), nowMs);
          const keys = [`d${document}`];
          const demand = demandOf({ cost, tenantId: `t${tenant}`, keys });
          const atMs = sendAtMs(limiter.reserve(demand, nowMs));
          expect(atMs).toBeGreaterThanOrEqual(nowMs);
          sent.push({ atMs, cost, document });
        }
        for (const { atMs: startMs } of sent) {
          const inWindow = sent.filter(({ atMs }) => atMs >= startMs && atMs < startMs + 1000);
          const writes = inWindow.reduce((total, { cost }) => total + cost, 0);
          expect(writes).toBeLessThanOrEqual(100);
          for (const document of [0, 1, 2, 3]) {
            const touching = inWindow.filter((one) => one.document === document);
            expect(touching.length).toBeLessThanOrEqual(8);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("commits that arrive up to 50 ms apart in delay still keep any second to the limit", () => {
    const delayMs = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), {
      minLength: 150,
      maxLength: 150,
    });
    fc.assert(
      fc.property(delayMs, (delays) => {
        const limiter = paced();
        const arrivals = delays
          .map((delay) => sendAtMs(limiter.reserve(demandOf(), 0)) + delay)
          .toSorted((a, b) => a - b);
        for (const startMs of arrivals) {
          const inside = arrivals.filter((atMs) => atMs >= startMs && atMs < startMs + 1000);
          expect(inside.length * 10).toBeLessThanOrEqual(500);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("the document's own scenarios", () => {
  test("333 writes/s spread over the half minute go at once", () => {
    const limiter = paced();
    for (let user = 0; user < 2000; user += 1) {
      const nowMs = user * 30; // 1,000 users every 30 s, two sweeps
      expect(limiter.reserve(demandOf(), nowMs)).toEqual({ kind: "granted", sendAtMs: nowMs });
    }
  });

  test("10,000 writes of one moment take 10,000 / 500 s and the guard's 6%, evenly spaced", () => {
    const limiter = paced();
    const last = drainMs(limiter, 1000);
    expect(last).toBeGreaterThan(20_000);
    expect(last).toBeLessThan(21_300);
    // Two lanes, each with a commit every 2 × 10 × 1060 / 500 ms.
    expect(limiter.state(0).ratePerSecond).toBeCloseTo(471.7, 1);
  });

  test("a document takes 50 in any second", () => {
    const limiter = paced();
    const keys = ["ops/batch_performance"];
    const times = Array.from({ length: 101 }, () =>
      sendAtMs(limiter.reserve(demandOf({ cost: 1, keys }), 0)),
    );
    expect((times[50] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1000);
    expect((times[100] ?? 0) - (times[50] ?? 0)).toBeGreaterThanOrEqual(1000);
    // Others are not held up behind it.
    expect(sendAtMs(limiter.reserve(demandOf({ cost: 1 }), 0))).toBeLessThan(1000);
  });
});

describe("cooldown", () => {
  test.each(["resource-exhausted", "aborted"] as const)("%s halves the rate for 5 s", (status) => {
    const limiter = paced();
    limiter.report(answer(status), 0);
    const halved = limiter.state(0).ratePerSecond;
    expect(halved).toBeCloseTo(471.7 / 2, 1);
    limiter.reserve(demandOf(), 0);
    limiter.reserve(demandOf(), 0);
    expect(limiter.reserve(demandOf(), 0)).toMatchObject({ waitedFor: "cooldown" });
    expect(limiter.state(4999).ratePerSecond).toBe(halved);
    expect(limiter.state(5000).ratePerSecond).toBeCloseTo(471.7, 1);
  });

  test.each(["committed", "failed", "unavailable"] as const)("%s does not", (status) => {
    const limiter = paced();
    limiter.report(answer(status), 0);
    expect(limiter.state(0).ratePerSecond).toBeCloseTo(471.7, 1);
  });
});

describe("refusals", () => {
  test("a commit larger than the limit can never go, and the message says what to do", () => {
    expect(paced().reserve(demandOf({ cost: 501 }), 0)).toEqual({
      kind: "refused",
      reason: "impossible",
      message:
        "a commit of 501 writes is larger than the 500 writes a second that are allowed; " +
        "split it into commits of at most 500 writes",
    });
    expect(paced().reserve(demandOf({ cost: 500 }), 0).kind).toBe("granted");
  });

  test("nor one that writes a document more often than doc_write_limit", () => {
    const keys = Array.from({ length: 51 }, () => "a/b");
    const reservation = paced().reserve(demandOf({ cost: 51, keys }), 0);
    expect(reservation).toMatchObject({ kind: "refused", reason: "impossible" });
  });

  test("the queue has an end", () => {
    const limiter = paced({ batch_write_limit: 10 });
    const kinds = Array.from({ length: 2000 }, () => limiter.reserve(demandOf(), 0).kind);
    // A commit of ten every 1.06 s for ten minutes.
    const granted = kinds.filter((kind) => kind === "granted").length;
    expect(granted).toBeGreaterThan(540);
    expect(granted).toBeLessThan(570);
    expect(limiter.reserve(demandOf(), 0)).toMatchObject({
      kind: "refused",
      reason: "open-circuit",
      retryAtMs: 1000,
    });
    expect(limiter.state(0).backlogMs).toBeLessThanOrEqual(600_000);
  });
});

test("the counters add up", () => {
  const limiter = paced();
  const waits = Array.from({ length: 6 }, () => sendAtMs(limiter.reserve(demandOf(), 0)));
  limiter.reserve(demandOf({ cost: 501 }), 0);
  const waitMs = waits.reduce((total, wait) => total + wait, 0);
  // Four of them wait for their turn in an evenly spaced line, which is no rate limiting.
  expect(waits.filter((wait) => wait > 0)).toHaveLength(4);
  expect(limiter.state(0).counters).toEqual({ reserved: 6, delayed: 0, refused: 1, waitMs });
});

test("counts as delayed what a limit held back", () => {
  const limiter = paced({ doc_write_limit: 1 });
  const demand = demandOf({ cost: 1, keys: ["hot/document"] });
  const reasons = [0, 0].map((nowMs) => limiter.reserve(demand, nowMs));
  expect(reasons).toMatchObject([{ sendAtMs: 0 }, { waitedFor: "document-limit" }]);
  expect(limiter.state(0).counters.delayed).toBe(1);
});

describe("depart", () => {
  test("on time it is at once; after a pause, what piled up goes at the limit and no faster", () => {
    const limiter = paced();
    expect(limiter.depart(10, 1000)).toBe(1000);
    // A pause of three seconds: 150 commits of 10 writes wake at once.
    const departures = Array.from({ length: 150 }, () => limiter.depart(10, 5000));
    expect(departures.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 5000));
    for (const [index, departMs] of departures.entries()) {
      const inSecond = departures.filter((other) => other > departMs - 1000 && other <= departMs);
      expect(inSecond.length * 10, `second up to departure ${index}`).toBeLessThanOrEqual(500);
    }
    expect(Math.max(...departures)).toBeLessThan(5000 + 2 * 1050);
  });
});
