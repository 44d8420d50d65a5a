import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DocumentWindows } from "./document-windows.ts";

describe("DocumentWindows", () => {
  test("no document ever has more than the limit in a window, and none is overtaken", () => {
    const step = fc.record({
      keys: fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 }),
      passedMs: fc.integer({ min: 0, max: 300 }),
      laterMs: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const documents = new DocumentWindows(4, 1000);
        const sent = new Map<string, number[]>();
        let nowMs = 0;
        for (const { keys, passedMs, laterMs } of steps) {
          nowMs += passedMs;
          const atMs = documents.earliest(keys, nowMs) + laterMs;
          documents.take(atMs);
          for (const key of keys) sent.set(key, [...(sent.get(key) ?? []), atMs]);
        }
        for (const times of sent.values()) {
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          for (const [index, time] of times.entries()) {
            const fifth = times[index + 4] ?? Number.POSITIVE_INFINITY;
            expect(fifth - time).toBeGreaterThanOrEqual(1000);
          }
        }
      }),
    );
  });

  test("a document written twice in one commit counts twice", () => {
    const documents = new DocumentWindows(3, 1000);
    expect(documents.earliest(["a", "a"], 0)).toBe(0);
    documents.take(0);
    expect(documents.earliest(["a", "a"], 10)).toBe(1000);
    expect(documents.earliest(["a"], 10)).toBe(10);
    expect(documents.earliest(["a", "a", "a", "a"], 10)).toBe(Number.POSITIVE_INFINITY);
  });

  test("remembers no more than twice the documents in flight", () => {
    const documents = new DocumentWindows(50, 1000);
    for (let write = 0; write < 100_000; write += 1) {
      documents.earliest([`document-${write}`], write);
      documents.take(write);
    }
    // 1,000 are in flight.
    expect(documents.size).toBeLessThanOrEqual(2000);
  });
});
