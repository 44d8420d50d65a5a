import { describe, expect, it } from "vitest";
import { AssertionError } from "./assert.ts";
import { VirtualClock, type Turns } from "./virtual-clock.ts";

const TURNS: Turns = {
  afterPromises: (callback) => queueMicrotask(() => process.nextTick(callback)),
  afterWorld: (callback) => void setImmediate(callback),
};
const WALL_START_MS = Date.UTC(2026, 0, 5, 14, 30);

const createClock = (): VirtualClock => new VirtualClock(TURNS, WALL_START_MS);

describe("virtual clock", () => {
  it("wakes sleepers by time, then in the order they slept", async () => {
    const clock = createClock();
    const woken: string[] = [];
    const sleeper = async (name: string, durationMs: number): Promise<void> => {
      await clock.sleep(durationMs);
      woken.push(`${name} at ${clock.monotonicMs()}`);
    };
    await clock.run(
      Promise.all([sleeper("a", 20), sleeper("b", 5.5), sleeper("c", 20), sleeper("d", 3_600_000)]),
    );
    expect(woken).toEqual(["b at 5.5", "a at 20", "c at 20", "d at 3600000"]);
    expect(clock.wallMs()).toBe(WALL_START_MS + 3_600_000);
    expect(clock.events).toBe(4);
  });

  it("lets a whole chain of promises run before the next sleeper of the same moment", async () => {
    const clock = createClock();
    const seen: string[] = [];
    const chain = async (name: string): Promise<void> => {
      await clock.sleep(1);
      for (let step = 0; step < 100; step += 1) await Promise.resolve();
      await clock.sleep(0);
      seen.push(name);
    };
    const second = async (): Promise<void> => {
      await clock.sleep(1);
      seen.push("second");
    };
    await clock.run(Promise.all([chain("chain"), second()]));
    expect(seen).toEqual(["chain", "second"]);
  });

  it("ends the sleeps of a signal in the order they began, and leaves no trace of them", async () => {
    const clock = createClock();
    const controller = new AbortController();
    const reason = new Error("over");
    const ended: string[] = [];
    const until = (name: string, durationMs: number): Promise<void> =>
      clock.sleep(durationMs, controller.signal).then(
        () => void ended.push(`${name} slept`),
        (error: unknown) => void ended.push(`${name} ${(error as Error).message}`),
      );
    const work = async (): Promise<void> => {
      const sleeps = [until("short", 5), until("long", 5000), until("longer", 9000)];
      await clock.sleep(10);
      controller.abort(reason);
      await Promise.all(sleeps);
      await expect(clock.sleep(1, controller.signal)).rejects.toBe(reason);
    };
    await clock.run(work());
    expect(ended).toEqual(["short slept", "long over", "longer over"]);
    expect(clock.monotonicMs()).toBe(10);
  });

  it("passes on what the work throws", async () => {
    const clock = createClock();
    const work = async (): Promise<void> => {
      await clock.sleep(1);
      throw new RangeError("no");
    };
    await expect(clock.run(work())).rejects.toThrow(RangeError);
  });

  it("stands still outside of run, and goes on where it was", async () => {
    const clock = createClock();
    let isAwake = false;
    const early = clock.sleep(7).then(() => (isAwake = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([isAwake, clock.monotonicMs()]).toEqual([false, 0]);
    await clock.run(early);
    await clock.run(clock.sleep(3));
    expect([isAwake, clock.monotonicMs()]).toEqual([true, 10]);
  });

  it("says so when the work waits for what no passing of time will bring", async () => {
    const clock = createClock();
    const stuck = clock.run(new Promise(() => undefined));
    await expect(stuck).rejects.toThrow(AssertionError);
    await expect(stuck).rejects.toThrow("nobody sleeps");
  });

  it("refuses a sleep without an end", async () => {
    await expect(async () => createClock().sleep(Number.POSITIVE_INFINITY)).rejects.toThrow(
      AssertionError,
    );
  });
});
