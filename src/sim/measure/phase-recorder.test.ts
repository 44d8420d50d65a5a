import { describe, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import type { CommitEvent } from "../../system/pulse/events.ts";
import { StoreError } from "../../system/store/store.ts";
import { PhaseRecorder } from "./phase-recorder.ts";

const user = { uid: "u1", tenantId: "acme" };

function pnlWrite(tradeId: string): CommitEvent["writes"][number] {
  return { kind: "pnl", write: { kind: "update", path: `users/u1/trades/${tradeId}`, data: {} } };
}

function commitEvent(fields: Partial<CommitEvent> = {}): CommitEvent {
  return {
    user,
    writes: [pnlWrite("t1"), pnlWrite("t2")],
    dueMs: 1000,
    sentMs: 1400,
    answeredMs: 1450,
    commitTimeMs: 0,
    attempts: 1,
    ...fields,
  };
}

function recorder(): PhaseRecorder {
  return new PhaseRecorder(new AutoClock(), 0, () => undefined);
}

describe("P&L latency", () => {
  test("counts from when the update was due, not from when it was sent, once for each trade", () => {
    const phase = recorder();
    phase.planned(user, { writes: 2, pnlDue: 2, pnlUnchanged: 0 }, 1000);
    phase.committed(commitEvent());
    expect(phase.pnlCommit.count).toBe(2);
    expect(phase.pnlCommit.quantileMs(0.5)).toBeCloseTo(450, 0);
    expect(phase.commitCall.quantileMs(0.5)).toBeCloseTo(50, 0);
  });

  test("what was due and never committed counts with the time it has waited", () => {
    const phase = recorder();
    phase.planned(user, { writes: 3, pnlDue: 3, pnlUnchanged: 0 }, 1000);
    phase.committed(commitEvent());
    phase.close(61_000);
    expect(phase.counts.pnlUnfinished).toBe(1);
    expect(phase.pnlCommit.count).toBe(3);
    expect(phase.pnlCommit.maxMs).toBeGreaterThan(59_900);
  });

  test("a listener's view before the user's first update is not one of it", () => {
    const phase = recorder();
    phase.seen("u1", 500);
    phase.planned(user, { writes: 1, pnlDue: 1, pnlUnchanged: 0 }, 1000);
    phase.seen("u1", 1250);
    expect(phase.pnlListener.count).toBe(1);
    expect(phase.pnlListener.quantileMs(0.5)).toBeCloseTo(250, 0);
  });
});

describe("client operations", () => {
  const ok = { kind: "ok", documents: 1, attempts: 1 } as const;

  test("latency counts from the intended start, and a late start is counted", () => {
    const phase = recorder();
    phase.operation("open-trades", 1000, 1080, 1100, ok);
    expect(phase.queries().quantileMs(0.5)).toBeCloseTo(100, 0);
    expect(phase.counts).toMatchObject({ lateArrivals: 1, worstLatenessMs: 80 });
  });

  test("a failure and a dropped arrival are errors, and no latency", () => {
    const phase = recorder();
    const failed = { kind: "failed", code: "ABORTED", message: "no", attempts: 1 } as const;
    phase.operation("open-trades", 1000, 1000, 1010, failed);
    phase.dropped("open-trades", 2000);
    expect(phase.queries().count).toBe(0);
    expect(phase.counts).toMatchObject({ clientErrors: 1, droppedArrivals: 1 });
  });

  test("sign-ups and ledger entries are no queries", () => {
    const phase = recorder();
    phase.operation("sign-up", 0, 0, 900, ok);
    phase.operation("ledger-create", 0, 0, 900, ok);
    phase.operation("recent-signals", 0, 0, 10, ok);
    expect(phase.queries().count).toBe(1);
  });
});

test("contention is counted, and the store's other errors are failures", () => {
  const phase = recorder();
  phase.failedAttempt(user, "ABORTED", 1, false);
  phase.failedAttempt(user, "RESOURCE_EXHAUSTED", 1, true);
  phase.failedAttempt(user, "PERMISSION_DENIED", 1, true);
  expect(phase.counts).toMatchObject({ abortedCommits: 2, failedCommits: 2 });
});

test("a sweep that the database ended is counted; a fault of the program is not swallowed", () => {
  const phase = recorder();
  phase.sweepFailed(new StoreError("UNAVAILABLE", "query", "status", "gone"));
  expect(phase.failures.get("sweep: UNAVAILABLE")).toBe(1);
  expect(() => phase.sweepFailed(new TypeError("bug"))).toThrow("bug");
});

test("the series places each event in its second", () => {
  const phase = recorder();
  phase.planned(user, { writes: 2, pnlDue: 2, pnlUnchanged: 0 }, 1000);
  phase.committed(commitEvent({ answeredMs: 2100 }));
  const market = { updates: [5, 6, 7], regimeAt: () => "calm" };
  const seconds = phase.series.seconds("active", 3000, 30, market);
  expect(seconds.map(({ second }) => second)).toEqual([30, 31, 32]);
  expect(seconds.map(({ writesOffered }) => writesOffered)).toEqual([0, 2, 0]);
  expect(seconds.map(({ writesCommitted }) => writesCommitted)).toEqual([0, 0, 2]);
  expect(seconds.map(({ marketUpdates }) => marketUpdates)).toEqual([5, 6, 7]);
  expect(seconds[2]?.pnlP99Ms).toBe(1100);
});
