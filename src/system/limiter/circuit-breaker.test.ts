import { describe, expect, test } from "vitest";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { limiterConfigSchema } from "./config.ts";

function breaker(): CircuitBreaker {
  return new CircuitBreaker(limiterConfigSchema.parse({}).tuning.breaker);
}

/** Answers to commits sent in the same moment. */
function record(subject: CircuitBreaker, answers: number, refusals: number, nowMs: number): void {
  for (let index = 0; index < answers; index += 1) subject.record(index < refusals, nowMs, nowMs);
}

/** Sends a commit where it may go, and says when to come back where it may not. */
function admit(subject: CircuitBreaker, nowMs: number): number | "admitted" {
  const retryAtMs = subject.retryAtMs(nowMs);
  if (retryAtMs !== undefined) return retryAtMs;
  subject.admit();
  return "admitted";
}

describe("CircuitBreaker", () => {
  test.each([
    ["19 refusals are too few to judge", 19, 19, "closed"],
    ["20 refusals of 20 open it", 20, 20, "open"],
    ["half of 40 opens it", 40, 20, "open"],
    ["just under half does not", 41, 20, "closed"],
  ] as const)("%s", (_case, answers, refusals, kind) => {
    const subject = breaker();
    // Committed answers first, so that the share is judged at the end.
    record(subject, answers - refusals, 0, 0);
    record(subject, refusals, refusals, 0);
    expect(subject.kindAt(0)).toBe(kind);
  });

  test("refusals of more than ten seconds ago are forgotten", () => {
    const subject = breaker();
    record(subject, 19, 19, 0);
    record(subject, 1, 1, 10_000);
    expect(subject.kindAt(10_000)).toBe("closed");
  });

  test("stays open 10 s, then lets 5 probes through, and closes when all are committed", () => {
    const subject = breaker();
    record(subject, 20, 20, 1000);
    expect(admit(subject, 1000)).toBe(11_000);
    expect(admit(subject, 10_999)).toBe(11_000);
    const admissions = Array.from({ length: 6 }, () => admit(subject, 11_000));
    expect(admissions).toEqual([...Array<string>(5).fill("admitted"), 21_000]);
    record(subject, 4, 0, 11_100);
    expect(subject.kindAt(11_100)).toBe("half-open");
    record(subject, 1, 0, 11_100);
    expect(subject.kindAt(11_100)).toBe("closed");
    expect(admit(subject, 11_100)).toBe("admitted");
  });

  test("each failed trial doubles the wait, to a minute at most", () => {
    const subject = breaker();
    record(subject, 20, 20, 0);
    let nowMs = 0;
    for (const waitSec of [10, 20, 40, 60, 60]) {
      expect(admit(subject, nowMs)).toBe(nowMs + waitSec * 1000);
      nowMs += waitSec * 1000;
      expect(admit(subject, nowMs)).toBe("admitted");
      subject.record(true, nowMs, nowMs);
    }
  });

  test("probes that are never answered are sent anew", () => {
    const subject = breaker();
    record(subject, 20, 20, 0);
    for (let probe = 0; probe < 5; probe += 1) admit(subject, 10_000);
    expect(admit(subject, 19_999)).toBe(20_000);
    expect(admit(subject, 20_000)).toBe("admitted");
  });

  test.each([
    ["committed", false],
    ["refused", true],
  ])("late answers, %s, to commits sent before the trial decide nothing", (_status, wasRefused) => {
    const subject = breaker();
    record(subject, 20, 20, 0);
    for (let probe = 0; probe < 5; probe += 1) admit(subject, 10_500);
    for (let late = 0; late < 10; late += 1) subject.record(wasRefused, 9999, 10_600);
    expect(subject.kindAt(10_600)).toBe("half-open");
    // The trial began at 10,000, though nobody asked until 10,500. 9,999.9999 is 10,000, rounded.
    for (let probe = 0; probe < 4; probe += 1) subject.record(false, 10_500, 10_700);
    subject.record(false, 9999.9999, 10_700);
    expect(subject.kindAt(10_700)).toBe("closed");
  });

  test("answers to the first probes of a trial still count after its probes are renewed", () => {
    const subject = breaker();
    record(subject, 20, 20, 0);
    admit(subject, 10_000);
    expect(subject.kindAt(20_000)).toBe("half-open");
    subject.record(true, 10_000, 20_001);
    expect(subject.kindAt(20_001)).toBe("open");
  });

  test("holds back what was admitted before, until the trial begins", () => {
    const subject = breaker();
    expect(subject.departAtMs(0)).toBe(0);
    record(subject, 20, 20, 0);
    expect(subject.departAtMs(1)).toBe(10_000);
    expect(subject.departAtMs(10_000)).toBe(10_000);
    expect(subject.departAtMs(10_001)).toBe(10_001);
  });

  test("answers to writes sent before do not touch an open circuit", () => {
    const subject = breaker();
    record(subject, 20, 20, 0);
    record(subject, 100, 0, 5000);
    expect(subject.kindAt(9999)).toBe("open");
  });
});
