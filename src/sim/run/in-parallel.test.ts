import { describe, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { chunks, inParallel } from "./in-parallel.ts";

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

test("chunks keep order and lose nothing", () => {
  expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunks([], 2)).toEqual([]);
});
