import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runOpenLoop, type Arrival, type OpenLoopOptions } from "./open-loop.ts";
import { FakeClock } from "./testing/fake-clock.ts";

interface Setup extends Partial<OpenLoopOptions<string>> {
  /** How long the work of each arrival takes. */
  readonly workMs?: number;
}

/** An open loop whose work is sleeping, with a log of all that it reports. */
function setUp({ workMs = 0, ...options }: Setup) {
  const clock = new FakeClock();
  const abort = new AbortController();
  const started: Arrival[] = [];
  const latenciesMs: number[] = [];
  const dropped: number[] = [];
  const abandoned: number[] = [];
  const done = runOpenLoop({
    arrivals: [],
    startMs: 0,
    clock,
    signal: abort.signal,
    maxInFlight: 100,
    drainTimeoutMs: 1000,
    onArrival: async (arrival, signal) => {
      started.push(arrival);
      if (workMs > 0) await clock.sleep(workMs, signal).catch(() => undefined);
      return "done";
    },
    onCompleted: ({ intendedMs }) => latenciesMs.push(clock.monotonicMs() - intendedMs),
    onDropped: (intendedMs) => dropped.push(intendedMs),
    onAbandoned: ({ intendedMs }) => abandoned.push(intendedMs),
    ...options,
  });
  return { clock, abort, started, latenciesMs, dropped, abandoned, done };
}

const startTimes = (started: readonly Arrival[]) => started.map(({ startedMs }) => startedMs);

test("arrivals start when they are due, however many are unfinished", async () => {
  // Work of 1,000 ms arrives every 10 ms: a closed loop would start one a second.
  const { clock, started, latenciesMs, done } = setUp({ arrivals: [0, 10, 20, 30], workMs: 1000 });
  await clock.advanceTo(35);
  expect(startTimes(started)).toEqual([0, 10, 20, 30]);
  await clock.advanceTo(1030);
  expect(latenciesMs).toEqual([1000, 1000, 1000, 1000]);
  expect(await done).toEqual({
    arrivals: 4,
    completed: 4,
    dropped: 0,
    abandoned: 0,
    lateArrivals: 0,
    worstLatenessMs: 0,
  });
});

test("times count from the phase's start", async () => {
  const { clock, started, done } = setUp({ arrivals: [5], startMs: 200 });
  await clock.advanceTo(300);
  await done;
  expect(started).toEqual([{ intendedMs: 205, startedMs: 205 }]);
});

test("latency counts from the intended start when the generator is late", async () => {
  const { clock, started, latenciesMs, done } = setUp({ arrivals: [10, 20, 200], workMs: 5 });
  await clock.advanceTo(0);
  clock.stall(100); // The event loop is blocked until 100 ms.
  await clock.advanceTo(300);
  expect(startTimes(started)).toEqual([100, 100, 200]);
  // 10 → 105, 20 → 105, 200 → 205: measured from the actual start all would be 5.
  expect(latenciesMs).toEqual([95, 85, 5]);
  // 90 and 80 ms late; more than 50 counts.
  expect(await done).toMatchObject({ lateArrivals: 2, worstLatenessMs: 90 });
});

test("50 ms late is not yet late, 51 is", async () => {
  const { clock, done } = setUp({ arrivals: [49, 50] });
  await clock.advanceTo(0);
  clock.stall(100);
  await clock.advanceTo(200);
  expect(await done).toMatchObject({ lateArrivals: 1, worstLatenessMs: 51 });
});

test("an arrival beyond the bound is dropped and counted", async () => {
  const { clock, started, dropped, done } = setUp({
    arrivals: [0, 10, 20, 110],
    workMs: 100,
    maxInFlight: 2,
  });
  await clock.advanceTo(500);
  expect(startTimes(started)).toEqual([0, 10, 110]);
  expect(dropped).toEqual([20]);
  expect(await done).toMatchObject({ arrivals: 4, completed: 3, dropped: 1 });
});

test("a long backlog lets answers in: work that ends at once is not dropped", async () => {
  const arrivals = Array.from({ length: 500 }, () => 0);
  const { clock, dropped, done } = setUp({ arrivals, workMs: 1, maxInFlight: 64 });
  await clock.advanceTo(2000);
  expect(dropped).toEqual([]);
  expect(await done).toMatchObject({ completed: 500 });
});

describe("the end", () => {
  test("waits for what is in flight", async () => {
    const { clock, done } = setUp({ arrivals: [0], workMs: 900, drainTimeoutMs: 1000 });
    await clock.advanceTo(900);
    expect(await done).toMatchObject({ completed: 1, abandoned: 0 });
    expect(clock.sleeping, "timers left behind").toBe(0);
  });

  test("abandons what the drain timeout does not see finished, and tells it so", async () => {
    let reason: unknown;
    const setup = setUp({
      arrivals: [0, 10],
      drainTimeoutMs: 1000,
      onArrival: ({ intendedMs }, signal) =>
        new Promise((resolve) => {
          if (intendedMs === 0) resolve("done");
          signal.addEventListener("abort", () => {
            reason = signal.reason;
            resolve("too late");
          });
        }),
    });
    await setup.clock.advanceTo(1009);
    expect(setup.abandoned).toEqual([]);
    await setup.clock.advanceTo(1010);
    expect(setup.abandoned).toEqual([10]);
    expect(reason).toBeInstanceOf(Error);
    expect(await setup.done).toMatchObject({ completed: 1, abandoned: 1 });
    expect(setup.latenciesMs, "the abandoned one must not be counted again").toHaveLength(1);
  });

  test("comes at once on an abort, with what happened until then", async () => {
    const setup = setUp({ arrivals: [0, 10, 5000], workMs: 1000, drainTimeoutMs: 60_000 });
    await setup.clock.advanceTo(20);
    setup.abort.abort();
    expect(await setup.done).toMatchObject({ arrivals: 2, completed: 0, abandoned: 2 });
    expect(setup.clock.sleeping, "timers left behind").toBe(0);
  });

  test("starts nothing when it was aborted before", async () => {
    const signal = AbortSignal.abort();
    const { started, done } = setUp({ arrivals: [0, 1], signal });
    expect(await done).toMatchObject({ arrivals: 0 });
    expect(started).toEqual([]);
  });

  test("is a rejection when the work itself is at fault", async () => {
    const setup = setUp({
      arrivals: [0, 60_000],
      onArrival: () => Promise.reject(new Error("a fault of the program")),
    });
    await expect(setup.done).rejects.toThrow("a fault of the program");
  });
});

test("every arrival ends in exactly one way", async () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 });
  const workMs = fc.integer({ min: 0, max: 3000 });
  const maxInFlight = fc.integer({ min: 1, max: 8 });
  await fc.assert(
    fc.asyncProperty(gaps, workMs, maxInFlight, async (gapsMs, work, bound) => {
      let atMs = 0;
      const arrivals = gapsMs.map((gapMs) => (atMs += gapMs));
      const setup = setUp({ arrivals, workMs: work, maxInFlight: bound });
      await setup.clock.advanceTo(10_000);
      const summary = await setup.done;
      expect(summary.arrivals).toBe(arrivals.length);
      expect(summary.completed + summary.dropped + summary.abandoned).toBe(arrivals.length);
      expect(setup.latenciesMs).toHaveLength(summary.completed);
      expect(setup.dropped).toHaveLength(summary.dropped);
      expect(setup.abandoned).toHaveLength(summary.abandoned);
    }),
    { numRuns: 50 },
  );
});
