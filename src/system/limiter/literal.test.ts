import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, type Rng } from "../../std/rng.ts";
import { LIMITER_PRESETS, limiterConfigSchema } from "./config.ts";
import type { Reservation } from "./limiter.ts";
import { LiteralLimiter, type LiteralOptions } from "./literal.ts";

const config = limiterConfigSchema.parse(LIMITER_PRESETS.default);

function limiter(callers: LiteralOptions["callers"], rng: Rng = createRng(1)): LiteralLimiter {
  return new LiteralLimiter(config, { unit: "write", callers }, rng);
}

const demandOf = (userCount: number) => ({ cost: 1, keys: [], tenantId: "t", userCount });

function sendAtMs(reservation: Reservation): number {
  if (reservation.kind === "refused") throw new Error(reservation.message);
  return reservation.sendAtMs;
}

/** A stream that gives the listed numbers in turn. */
function listed(values: readonly number[]): Rng {
  let index = 0;
  const next = (): number => values[index++ % values.length] ?? 0;
  return { ...createRng(0), next };
}

describe("a caller of few users", () => {
  test("500 go at once, the 501st waits for the rest of the 5 s", () => {
    const subject = limiter("concurrent");
    for (let call = 0; call < 500; call += 1) {
      expect(subject.reserve(demandOf(250), 1000)).toEqual({ kind: "granted", sendAtMs: 1000 });
    }
    expect(subject.reserve(demandOf(250), 1200)).toEqual({
      kind: "granted",
      sendAtMs: 6000,
      waitedFor: "batch-limit",
      limit: 500,
    });
  });

  test("everyone behind the first 500 goes at once when the 5 s are over", () => {
    const subject = limiter("concurrent");
    const times = Array.from({ length: 10_000 }, () => sendAtMs(subject.reserve(demandOf(1), 0)));
    expect(times.filter((time) => time === 0)).toHaveLength(500);
    expect(times.filter((time) => time === 5000)).toHaveLength(9500);
  });

  test("each that wakes resets the count, so 9,500 sent count as 1", () => {
    const subject = limiter("concurrent");
    for (let call = 0; call < 10_000; call += 1) subject.reserve(demandOf(1), 0);
    // 499 fit beside the 1, at 5 s; the next waits until 10 s.
    const later = Array.from({ length: 500 }, () => sendAtMs(subject.reserve(demandOf(1), 5001)));
    expect(later.filter((time) => time === 5001)).toHaveLength(499);
    expect(later.at(-1)).toBe(10_000);
  });
});

describe("high traffic", () => {
  test("800 users: each is put off by up to 160 ms", () => {
    const times = Array.from({ length: 400 }, (_, index) => index / 400);
    const subject = limiter("concurrent", listed(times));
    const sent = times.map(() => sendAtMs(subject.reserve(demandOf(800), 0)));
    // 0.1 s × 800 / 500 × u
    expect(sent).toEqual(times.map((u) => expect.closeTo(160 * u, 6)));
  });

  test("the limit lets 10,000 calls of one moment pass: all look at the count before any counts", () => {
    const subject = limiter("concurrent");
    const sent = Array.from({ length: 10_000 }, () => sendAtMs(subject.reserve(demandOf(1000), 0)));
    expect(Math.max(...sent)).toBeLessThan(200); // 0.1 s × 1000 / 500
    expect(subject.state(0).counters).toMatchObject({ reserved: 10_000, delayed: 0 });
  });

  test("250 users are not high traffic, 251 are", () => {
    const subject = limiter("concurrent", listed([0.5]));
    expect(sendAtMs(subject.reserve(demandOf(250), 0))).toBe(0);
    expect(sendAtMs(subject.reserve(demandOf(251), 0))).toBeCloseTo(25.1, 9);
  });
});

describe("serial callers", () => {
  test("800 users take about 64 s: the jitters add up", () => {
    // 800 jitters of 80 ms in the mean; the cooldown never bites, 5 s see about 62 calls.
    const subject = limiter("serial");
    let last = 0;
    for (let call = 0; call < 800; call += 1) last = sendAtMs(subject.reserve(demandOf(800), 0));
    const deviationMs = (160 / Math.sqrt(12)) * Math.sqrt(800);
    expect(Math.abs(last - 64_000)).toBeLessThan(4 * deviationMs);
  });

  test("without jitter 500 pass in any 5 s, 100 a second", () => {
    const subject = limiter("serial");
    const sent = Array.from({ length: 2001 }, () => sendAtMs(subject.reserve(demandOf(1), 0)));
    expect(sent.filter((time) => time < 5000)).toHaveLength(500);
    expect(sent[500]).toBe(5000);
    expect(sent[2000]).toBe(20_000);
  });
});

describe("against the printed code run as coroutines", () => {
  test("every caller is let go at the same moment", async () => {
    const call = fc.record({
      afterMs: fc.double({ min: 0, max: 900, noNaN: true }),
      // Around the 2.5 above which this small limit adds jitter; up to 8 × 20 ms of it.
      userCount: fc.integer({ min: 1, max: 40 }),
      jitter: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 80 }), async (steps) => {
        let nowMs = 1e6;
        const calls = steps.map(({ afterMs, ...rest }) => ({ ...rest, atMs: (nowMs += afterMs) }));
        const small = { ...config, batch_write_limit: 5, batch_cooldown_sec: 1 };
        const rng = listed(calls.filter(({ userCount }) => userCount > 2).map((c) => c.jitter));
        const subject = new LiteralLimiter(small, { unit: "write", callers: "concurrent" }, rng);
        const ours = calls.map(({ atMs, userCount }) =>
          sendAtMs(subject.reserve(demandOf(userCount), atMs)),
        );
        const printed = await runPrinted(calls, { limit: 5, cooldownMs: 1000 });
        for (const [index, time] of printed.entries()) expect(ours[index]).toBeCloseTo(time, 5);
      }),
    );
  });
});

interface Call {
  readonly atMs: number;
  readonly userCount: number;
  readonly jitter: number;
}

/** The printed code, statement by statement, as coroutines on a virtual event loop. */
async function runPrinted(
  calls: readonly Call[],
  { limit, cooldownMs }: { readonly limit: number; readonly cooldownMs: number },
): Promise<readonly number[]> {
  const timers: { atMs: number; order: number; run: () => void }[] = [];
  let time = 0;
  let order = 0;
  const sleepUntil = (atMs: number): Promise<void> =>
    new Promise((run) => {
      order += 1;
      timers.push({ atMs, order, run });
    });
  let lastBatchTime = 0;
  let currentBatchCount = 0;
  const apply = async ({ atMs, userCount, jitter }: Call): Promise<number> => {
    await sleepUntil(atMs);
    const currentTime = time;
    if (currentTime - lastBatchTime >= cooldownMs) {
      currentBatchCount = 0;
      lastBatchTime = currentTime;
    }
    if (currentBatchCount >= limit) {
      // Adding the wait to the time would round each waiter's waking apart; the sum is exact.
      await sleepUntil(lastBatchTime + cooldownMs);
      currentBatchCount = 0;
      lastBatchTime = time;
    }
    if (userCount > limit / 2) await sleepUntil(time + (userCount / limit) * 100 * jitter);
    currentBatchCount += 1;
    return time;
  };
  const results = calls.map(apply);
  while (timers.length > 0) {
    timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    const timer = timers.shift();
    if (timer === undefined) break;
    time = timer.atMs;
    timer.run();
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
  }
  return Promise.all(results);
}
