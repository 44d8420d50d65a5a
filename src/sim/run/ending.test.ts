import { describe, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { AssertionError } from "../../std/assert.ts";
import { StoreError } from "../../system/store/store.ts";
import type { Target } from "../targets/target.ts";
import { watchForEnd } from "./ending.ts";

function watched() {
  const clock = new AutoClock();
  const interrupted = new AbortController();
  const { promise: died, resolve: die } = Promise.withResolvers<Error>();
  const ending = watchForEnd(clock, interrupted.signal, { died } as Target);
  const ctrlC = new Error("interrupted by Ctrl-C");
  return { clock, ending, die, ctrlC, interrupt: () => interrupted.abort(ctrlC) };
}

const unavailable = new StoreError("UNAVAILABLE", "commit", "users/a", "socket hang up");
const death = new Error("the emulator at localhost:1 ended by itself; java: OutOfMemoryError");

describe("watchForEnd", () => {
  test("an interruption is no fault", async () => {
    const { clock, ending, interrupt, ctrlC } = watched();
    interrupt();
    expect(ending.signal.reason).toBe(ctrlC);
    expect(await clock.run(ending.explain(ctrlC))).toEqual({
      kind: "interrupted",
      reason: "interrupted by Ctrl-C",
    });
  });

  test("a fault of ours stays one after an interruption", async () => {
    const { clock, ending, interrupt } = watched();
    interrupt();
    const broken = new AssertionError("2 leases for one shard");
    expect(await clock.run(ending.explain(broken))).toMatchObject({ fault: broken });
    expect(await clock.run(ending.explain(unavailable))).toMatchObject({ fault: unavailable });
  });

  test("the target's death is the fault, in short", async () => {
    const { clock, ending, die } = watched();
    die(death);
    await Promise.resolve();
    expect(ending.signal.reason).toBe(death);
    expect(await clock.run(ending.explain(death))).toEqual({
      kind: "faulty",
      reason: "the emulator at localhost:1 ended by itself",
      fault: death,
    });
  });

  test("a failed call is the death's doing when that is found out soon after", async () => {
    const { clock, ending, die } = watched();
    const explained = ending.explain(unavailable);
    void clock.sleep(4000).then(() => die(death));
    expect(await clock.run(explained)).toMatchObject({ fault: death });
  });

  test("a failed call is a fault of its own when the target lives on", async () => {
    const { clock, ending } = watched();
    expect(await clock.run(ending.explain(unavailable))).toMatchObject({ fault: unavailable });
    expect(clock.monotonicMs()).toBe(6000);
  });

  test("a broken assertion is not blamed on a dead target", async () => {
    const { clock, ending, die } = watched();
    die(death);
    const broken = new AssertionError("a write was counted twice");
    expect(await clock.run(ending.explain(broken))).toMatchObject({ fault: broken });
  });
});
