import { describe, expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { createRunOutput } from "./progress.ts";
import { recordStream } from "./text-stream.fixture.ts";

describe("on a terminal", () => {
  function terminal(size: { readonly columns?: number; readonly rows?: number } = {}) {
    const stream = recordStream({ isTTY: true, columns: 60, rows: 24, ...size });
    const clock = new FakeClock();
    return { stream, clock, output: createRunOutput(stream, clock, false) };
  }

  it("draws progress and figures in place, and keeps their last state", () => {
    const { stream, clock, output } = terminal();
    output.phase("Provisioning");
    output.progress(0, 40, "users");
    clock.stall(200);
    output.progress(10, 40, "users");
    clock.stall(200);
    output.progress(40, 40, "users");
    output.phase("baseline");
    clock.stall(200);
    output.live(() => ["16.7 writes/s", "p99 12 ms"]);
    clock.stall(200);
    output.live(() => ["16.6 writes/s", "p99 13 ms"]);
    output.finish();
    output.line("PASS");
    expect(stream.screen()).toEqual([
      "Provisioning",
      "[##############################] 100%  40 of 40 users",
      "baseline",
      "16.6 writes/s",
      "p99 13 ms",
      "PASS",
      "",
    ]);
  });

  it("shows how far a stretch of time has come, and how fast it passes", () => {
    const { stream, clock, output } = terminal({ columns: 100 });
    output.phase("active");
    clock.stall(200);
    const elapsed = { passedMs: 1_620_000, totalMs: 3_600_000 };
    output.live(() => ["writes 83/s"], { ...elapsed, timesRealTime: 812.4, leftRealMs: 2_437 });
    expect(stream.screen()).toEqual([
      "active",
      "[#############.................] 45%  0:27:00 of 1:00:00, 812 times real time, 0:00:02 to go",
      "writes 83/s",
      "",
    ]);
    clock.stall(200);
    output.live(() => ["writes 84/s"], { passedMs: -500, totalMs: 60_000 });
    expect(stream.screen()[1]).toBe("[..............................] 0%  0:00:00 of 0:01:00");
  });

  it("makes no figures that are not drawn", () => {
    const { clock, output } = terminal();
    let made = 0;
    for (let passedMs = 0; passedMs < 1_000; passedMs += 1) {
      output.live(() => [String((made += 1))], { passedMs, totalMs: 1_000 });
      clock.stall(1);
    }
    expect(made).toBeGreaterThan(5);
    expect(made).toBeLessThanOrEqual(12);
  });

  it("puts a line that stays above the live block", () => {
    const { stream, output } = terminal();
    output.live(() => ["now"]);
    output.line("Stopping.");
    expect(stream.screen()).toEqual(["Stopping.", "now", ""]);
  });

  it("redraws ten times a second at most, but shows the end at once", () => {
    const { stream, clock, output } = terminal();
    for (let done = 1; done <= 1_000; done += 1) {
      output.progress(done, 1_000, "users");
      clock.stall(1); // 1,000 calls in one second
    }
    // 10 a second, the first and the last one.
    expect(stream.text().match(/of 1000 users/g)!.length).toBeLessThanOrEqual(12);
    expect(stream.screen()[0]).toContain("1000 of 1000 users");
  });

  it("cuts what would wrap or scroll, since it could not be drawn over", () => {
    const { stream, output } = terminal({ columns: 11, rows: 3 });
    output.live(() => ["0123456789abc", "second", "third"]);
    expect(stream.screen()).toEqual(["012345678…", "second", ""]);
  });

  it("takes a terminal that says 0 by 0 for one of 80 by 24", () => {
    const { stream, output } = terminal({ columns: 0, rows: 0 });
    output.live(() => ["x".repeat(90), "second"]);
    expect(stream.screen()).toEqual([`${"x".repeat(78)}…`, "second", ""]);
  });

  it("keeps the colours of a line that fits", () => {
    const { stream, output } = terminal({ columns: 11 });
    output.live(() => ["\u001b[32m0123456789\u001b[39m"]);
    expect(stream.text()).toContain("\u001b[32m0123456789\u001b[39m");
  });
});

describe("in a log", () => {
  function log() {
    const stream = recordStream();
    const clock = new FakeClock();
    return { stream, clock, output: createRunOutput(stream, clock, false) };
  }

  it("writes a line in five seconds at most, and the last state", () => {
    const { stream, clock, output } = log();
    output.phase("Provisioning");
    for (let second = 1; second <= 12; second += 1) {
      clock.stall(1_000);
      output.progress(second, 12, "users");
    }
    output.phase("baseline");
    expect(stream.text()).toBe(
      "Provisioning\n  41%  5 of 12 users\n  83%  10 of 12 users\n  100%  12 of 12 users\nbaseline\n",
    );
  });

  it("writes figures as one line, without control characters", () => {
    const { stream, clock, output } = log();
    clock.stall(5_000);
    output.live(() => ["\u001b[32m16.7 writes/s\u001b[39m", "  p99 12 ms"]);
    output.finish();
    expect(stream.text()).toBe("  16.7 writes/s | p99 12 ms\n");
  });

  it("says how far a stretch of time has come, every five seconds", () => {
    const { stream, clock, output } = log();
    output.phase("active");
    for (let passedMs = 0; passedMs <= 60_000; passedMs += 10_000) {
      output.live(() => ["writes 83/s"], { passedMs, totalMs: 60_000, timesRealTime: 10 });
      clock.stall(1_000);
    }
    output.finish();
    expect(stream.text()).toBe(
      "active\n  83%  0:00:50 of 0:01:00, 10 times real time | writes 83/s\n" +
        "  100%  0:01:00 of 0:01:00, 10 times real time | writes 83/s\n",
    );
  });

  it("counts nothing to do as done", () => {
    const { stream, output } = log();
    output.progress(0, 0, "users");
    expect(stream.text()).toBe("  100%  0 of 0 users\n");
  });
});

it("writes lasting lines only when quiet", () => {
  const stream = recordStream({ isTTY: true });
  const output = createRunOutput(stream, new FakeClock(), true);
  output.phase("Provisioning");
  output.progress(1, 2, "users");
  output.live(() => ["x"]);
  output.line("PASS");
  output.finish();
  expect(stream.text()).toBe("PASS\n");
});
