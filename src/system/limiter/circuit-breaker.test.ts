import { describe, expect, test } from "vitest";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { limiterConfigSchema } from "./config.ts";

function breaker(): CircuitBreaker {
  return new CircuitBreaker(limiterConfigSchema.parse({}).tuning.breaker);
}

function record(subject: CircuitBreaker, answers: number, refusals: number, nowMs: number): void {
  for (let index = 0; index < answers; index += 1) subject.record(index < refusals, nowMs);
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
    expect(subject.admit(1000)).toEqual({ kind: "refused", retryAtMs: 11_000 });
    expect(subject.admit(10_999)).toEqual({ kind: "refused", retryAtMs: 11_000 });
    const admissions = Array.from({ length: 6 }, () => subject.admit(11_000).kind);
    expect(admissions).toEqual([...Array<string>(5).fill("admitted"), "refused"]);
    record(subject, 4, 0, 11_100);
    expect(subject.kindAt(11_100)).toBe("half-open");
    record(subject, 1, 0, 11_100);
    expect(subject.kindAt(11_100)).toBe("closed");
    expect(subject.admit(11_100).kind).toBe("admitted");
  });

  test("each failed trial doubles the wait, to a minute at most", () => {
    const subject = breaker();
    record(subject, 20, 20, 0);
    let nowMs = 0;
    for (const waitSec of [10, 20, 40, 60, 60]) {
      expect(subject.admit(nowMs)).toEqual({
        kind: "refused",
        retryAtMs: nowMs + waitSec * 1000,
      });
      nowMs += waitSec * 1000;
      expect(subject.admit(nowMs).kind).toBe("admitted");
      subject.record(true, nowMs);
    }
  });

  test("probes that are never answered are sent anew", () => {
    const subject = breaker();
    record(subject, 20, 20, 0);
    for (let probe = 0; probe < 5; probe += 1) subject.admit(10_000);
    expect(subject.admit(19_999)).toEqual({ kind: "refused", retryAtMs: 20_000 });
    expect(subject.admit(20_000).kind).toBe("admitted");
  });

  test("answers to writes sent before do not touch an open circuit", () => {
    const subject = breaker();
    record(subject, 20, 20, 0);
    record(subject, 100, 0, 5000);
    expect(subject.kindAt(9999)).toBe("open");
  });
});
