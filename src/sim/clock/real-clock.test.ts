import { describe, expect, it } from "vitest";
import { createRealClock } from "./real-clock.ts";

const clock = createRealClock();

describe("createRealClock", () => {
  it("never wakes a sleeper early", async () => {
    // A few milliseconds are enough to see a timer that fires a fraction too soon.
    for (const durationMs of [0, 1.5, 3]) {
      const startedAtMs = clock.monotonicMs();
      await clock.sleep(durationMs);
      expect(clock.monotonicMs() - startedAtMs).toBeGreaterThanOrEqual(durationMs);
    }
  });

  it("returns at once from a sleep whose time has passed", async () => {
    expect(await clock.sleep(-5)).toBeUndefined();
  });

  it("rejects with the signal's reason, before and during a sleep", async () => {
    const reason = new Error("enough");
    await expect(clock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(clock.sleep(0, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const sleep = clock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
  });

  it("refuses a sleep that Node's timers would cut to nothing", async () => {
    await expect(clock.sleep(2 ** 31)).rejects.toThrow("longer than a timer can be");
  });

  it("tells the time since 1970", () => {
    expect(clock.wallMs()).toBeGreaterThan(Date.UTC(2025, 0, 1));
  });
});
