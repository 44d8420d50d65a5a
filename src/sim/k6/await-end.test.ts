import { describe, expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { createFakeProcess } from "../targets/fake-machine.fixture.ts";
import { awaitEnd } from "./await-end.ts";

describe("awaitEnd", () => {
  it("gives how a process ended, and ends none that has", async () => {
    const { process, signals, end } = createFakeProcess();
    const clock = new FakeClock();
    const waiting = awaitEnd(process, clock, 1_000);
    end("exit code 107");
    expect(await waiting).toBe("exit code 107");
    expect(signals).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });

  it.each([
    { timeoutMs: 90_000, says: "did not end within 90 s" },
    { timeoutMs: 900_000, says: "did not end within 15 minutes" },
  ])("ends one that takes more than $timeoutMs ms", async ({ timeoutMs, says }) => {
    const { process, signals, end } = createFakeProcess();
    const clock = new FakeClock();
    const waiting = awaitEnd(process, clock, timeoutMs);
    await clock.advanceTo(timeoutMs - 1);
    expect(signals).toEqual([]);
    await clock.advanceTo(timeoutMs);
    expect(signals).toEqual(["SIGTERM"]);
    end("signal SIGTERM");
    expect(await waiting).toBe(says);
  });

  it("ends one when it is interrupted", async () => {
    const { process, signals, end } = createFakeProcess();
    const interruption = new AbortController();
    const waiting = awaitEnd(process, new FakeClock(), 1_000, interruption.signal);
    interruption.abort();
    await expect.poll(() => signals).toEqual(["SIGTERM"]);
    end("signal SIGTERM");
    expect(await waiting).toBe("was interrupted");
  });
});
