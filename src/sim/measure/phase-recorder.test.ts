import { describe, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import type { CommitEvent, SweepSchedule } from "../../system/pulse/events.ts";
import { StoreError } from "../../system/store/store.ts";
import { PhaseRecorder, type PhaseEnd } from "./phase-recorder.ts";

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

function endAt(endMs: number, openTrades = 0): PhaseEnd {
  return { endMs, dueUntilMs: endMs, openTradesOf: () => openTrades };
}

function schedule(uids: readonly string[], startMs = 0): SweepSchedule {
  const users = uids.map((uid) => ({ uid, tenantId: "acme" }));
  return { sweepId: "s", startMs, users, dueMsOf: (position) => startMs + 1000 * (position + 1) };
}

describe("P&L latency", () => {
  test("counts from when the update was due, not from when it was sent, once for each commit", () => {
    const phase = recorder();
    phase.planned(user, { writes: 2, pnlDue: 2, pnlUnchanged: 0 }, 1000);
    phase.committed(commitEvent());
    expect(phase.pnlCommit.count).toBe(1);
    expect(phase.pnlCommit.quantileMs(0.5)).toBeCloseTo(450, 0);
    expect(phase.commitCall.quantileMs(0.5)).toBeCloseTo(50, 0);
  });

  test("what was due and never committed counts with the time it has waited", () => {
    const phase = recorder();
    phase.planned(user, { writes: 3, pnlDue: 3, pnlUnchanged: 0 }, 1000);
    phase.committed(commitEvent());
    phase.close(endAt(61_000));
    expect(phase.counts.pnlUnfinished).toBe(1);
    expect(phase.pnlCommit.count).toBe(2);
    expect(phase.pnlCommit.maxMs).toBeGreaterThan(59_900);
  });

  test("a failed user's update stays due", () => {
    const phase = recorder();
    phase.planned(user, { writes: 2, pnlDue: 2, pnlUnchanged: 0 }, 1000);
    phase.userFailed(user, new Error("refused"));
    phase.close(endAt(11_000));
    expect(phase.counts).toMatchObject({ usersFailed: 1, pnlUnfinished: 2 });
    expect(phase.pnlCommit.maxMs).toBeCloseTo(10_000, -2);
    expect(phase.updates.usersServed).toBe(0);
  });

  test("a second update does not hide that the first was never committed", () => {
    const phase = recorder();
    phase.planned(user, { writes: 2, pnlDue: 2, pnlUnchanged: 0 }, 1000);
    phase.planned(user, { writes: 2, pnlDue: 2, pnlUnchanged: 0 }, 31_000);
    phase.committed(commitEvent({ dueMs: 31_000, answeredMs: 31_050 }));
    phase.close(endAt(61_000));
    expect(phase.counts.pnlUnfinished).toBe(2);
    expect(phase.updates).toMatchObject({ usersDue: 1, usersServed: 0 });
  });
});

describe("work that was never planned", () => {
  test("users scheduled and never visited are due with all their trades", () => {
    const phase = recorder();
    phase.scheduled(schedule(["u1", "u2", "u3"]));
    phase.planned(user, { writes: 2, pnlDue: 2, pnlUnchanged: 0 }, 1000);
    phase.committed(commitEvent());
    // u2 was due at 2 s; u3, due at 3 s, was not for this phase to do.
    phase.close({ endMs: 3500, dueUntilMs: 2500, openTradesOf: () => 5 });
    expect(phase.counts).toMatchObject({ pnlDue: 7, pnlUnfinished: 5, usersListedLeast: 3 });
    expect(phase.pnlCommit.count).toBe(2);
    expect(phase.pnlCommit.maxMs).toBeCloseTo(1500, -1);
    expect(phase.updates).toMatchObject({ usersDue: 2, usersServed: 1 });
  });

  test("so are those of a sweep that found another running, and of one that failed", () => {
    const phase = recorder();
    phase.scheduled(schedule(["u1"]));
    phase.planned(user, { writes: 0, pnlDue: 2, pnlUnchanged: 2 }, 1000);
    phase.overlapped({ shardKey: "all", heldBy: "another", startMs: 30_000 });
    phase.sweepFailed(new StoreError("UNAVAILABLE", "query", "status", "gone"), 60_000);
    phase.close(endAt(62_000, 2));
    // Due at 31 s and 61 s, two trades each.
    expect(phase.counts).toMatchObject({ overlappingSweeps: 1, failedSweeps: 1, pnlUnfinished: 4 });
    expect(phase.pnlCommit.maxMs).toBeCloseTo(31_000, -2);
    expect(phase.updates).toMatchObject({ usersDue: 1, usersServed: 0 });
  });

  test("workers that share the users are each missed by their own", () => {
    const phase = recorder();
    phase.scheduled(schedule(["u1", "u2"]), "0-31");
    phase.scheduled(schedule(["u3"]), "32-63");
    phase.overlapped({ shardKey: "32-63", heldBy: "another", startMs: 30_000 });
    phase.sweepFailed(new StoreError("UNAVAILABLE", "commit", "lease", "gone"), 0, "0-31");
    phase.close(endAt(62_000, 1));
    // u1, u2 and u3 of the first start, and u3 of the one that was skipped.
    expect(phase.counts).toMatchObject({ usersListedLeast: 3, pnlUnfinished: 4 });
    expect(phase.updates).toMatchObject({ usersDue: 3, usersServed: 0 });
  });

  test("a start that not every worker listed for is not held against those that did", () => {
    const phase = recorder();
    phase.scheduled(schedule(["u1", "u2"]), "0-31");
    phase.scheduled(schedule(["u3"]), "32-63");
    phase.scheduled(schedule(["u1", "u2"], 30_000), "0-31");
    phase.close(endAt(31_000, 1));
    expect(phase.counts.usersListedLeast).toBe(3);
  });

  test("a sweep that failed after it had listed its users is not counted twice", () => {
    const phase = recorder();
    phase.scheduled(schedule(["u1", "u2"]));
    phase.sweepFailed(new StoreError("UNAVAILABLE", "commit", "lease", "gone"), 0);
    phase.close(endAt(10_000, 1));
    expect(phase.counts.pnlUnfinished).toBe(2);
  });
});

test("a user whose snapshot alone was written is served: nothing of theirs had changed", () => {
  const phase = recorder();
  phase.planned(user, { writes: 1, pnlDue: 3, pnlUnchanged: 3 }, 1000);
  phase.close(endAt(2000));
  expect(phase.updates).toMatchObject({ usersDue: 1, usersServed: 1 });
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

describe("contention", () => {
  test("is counted by commits, however many tries were refused", () => {
    const phase = recorder();
    phase.failedAttempt(user, "ABORTED", 1, false);
    phase.failedAttempt(user, "ABORTED", 1, false);
    phase.committed(commitEvent({ attempts: 3 }));
    expect(phase.counts).toMatchObject({
      abortedCommits: 2,
      retriedCommits: 1,
      contendedCommits: 1,
    });
  });

  test("a stale read is one, together with the try it failed", () => {
    const phase = recorder();
    phase.failedAttempt(user, "UNAVAILABLE", 1, false);
    phase.failedAttempt(user, "FAILED_PRECONDITION", 1, true);
    phase.staleRead(user);
    expect(phase.counts).toMatchObject({ staleReads: 1, contendedCommits: 1 });
    phase.committed(commitEvent());
    phase.staleRead(user);
    expect(phase.counts).toMatchObject({ staleReads: 2, contendedCommits: 2 });
  });

  test("a final refusal of another kind is a failure and no contention", () => {
    const phase = recorder();
    phase.failedAttempt(user, "PERMISSION_DENIED", 1, true);
    expect(phase.counts).toMatchObject({ failedCommits: 1, contendedCommits: 0 });
  });

  test("a client's repeated tries are counted", () => {
    const phase = recorder();
    phase.operation("ledger-create", 0, 0, 9, { kind: "ok", documents: 1, attempts: 2 });
    expect(phase.counts.clientRetries).toBe(1);
  });
});

test("late wakes of the pulse's lane are counted, and the worst", () => {
  const phase = recorder();
  for (const latenessMs of [3, 51, 120]) phase.lateness(latenessMs);
  expect(phase.counts).toMatchObject({ wakes: 3, lateWakes: 2, worstWakeMs: 120 });
});

test("a sweep that the database ended is counted; a fault of the program is not swallowed", () => {
  const phase = recorder();
  phase.sweepFailed(new StoreError("UNAVAILABLE", "query", "status", "gone"), 0);
  expect(phase.failures.get("sweep: UNAVAILABLE")).toBe(1);
  expect(() => phase.sweepFailed(new TypeError("bug"), 0)).toThrow("bug");
});

test("failures whose messages all differ do not fill the memory", () => {
  const phase = recorder();
  for (let path = 0; path < 2000; path += 1) phase.refused(user, 1, `document ${path}`);
  expect(phase.failures.size).toBeLessThan(600);
  expect(phase.failures.get("other failures")).toBe(1500);
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
