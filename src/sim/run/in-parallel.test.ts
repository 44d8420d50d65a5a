import { describe, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { chunks, inParallel, runLanes } from "./in-parallel.ts";

describe("inParallel", () => {
  test("does every item once, at most `width` at a time", async () => {
    const clock = new AutoClock();
    const done: number[] = [];
    let running = 0;
    let most = 0;
    const items = Array.from({ length: 20 }, (_, index) => index);
    await clock.run(
      inParallel(items, 3, async (item) => {
        running += 1;
        most = Math.max(most, running);
        await clock.sleep(10 + (item % 4));
        running -= 1;
        done.push(item);
      }),
    );
    expect(most).toBe(3);
    expect(done.sort((left, right) => left - right)).toEqual(items);
  });

  test("after a failure starts nothing more, and waits for what is under way", async () => {
    const clock = new AutoClock();
    const started: number[] = [];
    const ended: number[] = [];
    const work = inParallel([0, 1, 2, 3, 4, 5], 2, async (item) => {
      started.push(item);
      await clock.sleep(item === 0 ? 5 : 50);
      if (item === 0) throw new Error("no");
      ended.push(item);
    });
    await expect(clock.run(work)).rejects.toThrow("no");
    expect(started).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });
});

describe("runLanes", () => {
  /** A lane as they are: its signal ends it early, and normally. */
  const lasting = (clock: AutoClock, durationMs: number, ended: number[]) => {
    return async (signal: AbortSignal): Promise<void> => {
      await clock.sleep(durationMs, signal).catch(() => undefined);
      ended.push(clock.monotonicMs());
    };
  };
  const never = new AbortController().signal;

  test("lets every lane come to its end", async () => {
    const clock = new AutoClock();
    const ended: number[] = [];
    await clock.run(runLanes([lasting(clock, 10, ended), lasting(clock, 30, ended)], never));
    expect(ended).toEqual([10, 30]);
  });

  test("ends the others when one fails, and throws its failure after they have ended", async () => {
    const clock = new AutoClock();
    const ended: number[] = [];
    const failing = async (): Promise<void> => {
      await clock.sleep(5);
      throw new Error("first");
    };
    const alsoFailing = async (signal: AbortSignal): Promise<void> => {
      await clock.sleep(1000, signal).catch(() => undefined);
      throw new Error("second");
    };
    const work = runLanes([lasting(clock, 1000, ended), alsoFailing, failing], never);
    await expect(clock.run(work)).rejects.toThrow("first");
    expect(ended).toEqual([5]);
  });

  test("ends all when it is asked to, which is no failure", async () => {
    const clock = new AutoClock();
    const ended: number[] = [];
    const asked = new AbortController();
    const work = runLanes([lasting(clock, 1000, ended)], asked.signal);
    void clock.sleep(20).then(() => asked.abort(new Error("Ctrl-C")));
    await clock.run(work);
    expect(ended).toEqual([20]);
  });
});

test("chunks keep order and lose nothing", () => {
  expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunks([], 2)).toEqual([]);
});
