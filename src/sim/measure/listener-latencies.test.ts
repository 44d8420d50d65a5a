import { expect, test } from "vitest";
import type { PlannedWrite } from "../../system/pulse/planned-write.ts";
import { ListenerLatencies } from "./listener-latencies.ts";

const QUOTE_MS = Date.UTC(2026, 10, 23, 9, 30);

function write(tradeId: string, quotedAtMs: number, kind: "pnl" | "close" = "pnl"): PlannedWrite {
  const path = `users/u1/shadowTradeHistory/${tradeId}`;
  return { kind, write: { kind: "update", path, data: { quoted_at: new Date(quotedAtMs) } } };
}

function view(tradeId: string, quotedAtMs: number, seenMs: number) {
  return { uid: "u1", tradeId, quotedAtMs, seenMs };
}

function watching(): ListenerLatencies {
  const listeners = new ListenerLatencies();
  listeners.watch(["u1"]);
  return listeners;
}

test("an update is matched with the view of its own quote, whichever comes first", () => {
  const listeners = watching();
  listeners.committed("u1", [write("t1", QUOTE_MS)], 1000);
  listeners.seen(view("t1", QUOTE_MS, 1250));
  listeners.seen(view("t2", QUOTE_MS + 5, 1400));
  listeners.committed("u1", [write("t2", QUOTE_MS + 5)], 1100);
  expect(listeners.histogram.count).toBe(2);
  expect(listeners.histogram.quantileMs(0.5)).toBeCloseTo(250, 0);
  expect(listeners.histogram.maxMs).toBeCloseTo(300, 0);
});

test("the view of an older quote is not taken for the update that is due now", () => {
  const listeners = watching();
  listeners.committed("u1", [write("t1", QUOTE_MS)], 1000);
  // An earlier update of the same trade comes into view only now; the one of 1 s is never seen.
  listeners.seen(view("t1", QUOTE_MS - 30_000, 1010));
  listeners.close(9000);
  expect(listeners.histogram.count).toBe(1);
  expect(listeners.histogram.maxMs).toBeCloseTo(8000, -1);
});

test("what was committed, or should have been, and never seen counts with its wait", () => {
  const listeners = watching();
  listeners.committed("u1", [write("t1", QUOTE_MS), write("t2", QUOTE_MS)], 1000);
  listeners.unfinished("u1", 5000, 3);
  listeners.close(4000);
  expect(listeners.histogram.count).toBe(5);
  expect(listeners.histogram.quantileMs(0.4)).toBeCloseTo(3000, -1);
});

test("a newer quote in view stands for the ones merged into it", () => {
  const listeners = watching();
  listeners.committed("u1", [write("t1", QUOTE_MS)], 1000);
  listeners.committed("u1", [write("t1", QUOTE_MS + 9)], 2000);
  listeners.seen(view("t1", QUOTE_MS + 9, 2100));
  listeners.close(60_000);
  expect(listeners.histogram.count).toBe(2);
  expect(listeners.histogram.maxMs).toBeCloseTo(1100, 0);
});

test("nobody is expected to see a closing trade, another's update, or one after a listener's end", () => {
  const listeners = watching();
  listeners.committed("u1", [write("t1", QUOTE_MS, "close")], 1000);
  listeners.committed("u2", [write("t1", QUOTE_MS)], 1000);
  listeners.end("u1");
  listeners.committed("u1", [write("t2", QUOTE_MS)], 1000);
  listeners.close(60_000);
  expect(listeners.histogram.count).toBe(0);
  expect(listeners.listenersEnded).toBe(1);
});
