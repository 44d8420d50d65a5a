import { expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import { StoreError, type Store } from "../../system/store/store.ts";
import { settle } from "./settle.ts";

/** A database whose answers take so long at a time. */
async function settledAfter(answerMs: (nowMs: number) => number) {
  const clock = new AutoClock();
  const memory = createMemoryStore(clock);
  const store: Store = {
    ...memory,
    query: async () => {
      await clock.sleep(answerMs(clock.monotonicMs()));
      return [];
    },
  };
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  const quiet = () => undefined;
  const output = { phase: quiet, progress: quiet, live: quiet, line: quiet, finish: quiet };
  const signal = new AbortController().signal;
  await clock.run(settle({ clock, store, output, signal, note }, "high-volatility"));
  return { notes, waitedMs: clock.monotonicMs() };
}

test("three quick answers in a row are enough, and not worth a word", async () => {
  expect(await settledAfter(() => 10)).toEqual({ notes: [], waitedMs: 3 * 10 + 2 * 200 });
});

test("a long wait is noted", async () => {
  const { notes } = await settledAfter((nowMs) => (nowMs < 12_000 ? 1_000 : 10));
  // Ten slow answers with a pause after each, then three quick ones.
  expect(notes).toEqual(["The database took 12 s to settle before high-volatility."]);
});

test("so is that it gave up", async () => {
  const { notes } = await settledAfter(() => 1_000);
  expect(notes).toEqual([
    "The database had not settled after 91 s; high-volatility began all the same.",
  ]);
});

test("a failed answer is not a quick one", async () => {
  const { waitedMs } = await settledAfter((nowMs) => {
    if (nowMs < 1_000) throw new StoreError("UNAVAILABLE", "query", "users", "busy");
    return 10;
  });
  expect(waitedMs).toBe(1_000 + 3 * 10 + 2 * 200);
});
