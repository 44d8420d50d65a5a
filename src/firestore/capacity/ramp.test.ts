import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RowHandle } from "./row-table.ts";
import {
  commitOne,
  FIFTH,
  HOUR_MS,
  MINUTE_MS,
  newModel,
  offer,
  publishedSchedule,
  ScatteredDocuments,
  total,
} from "./load.fixture.ts";

/** Firestore-facts section 9, by number. All on injected time. */
describe("a collection whose documents scatter evenly", () => {
  test("1. 500 writes/s to a new collection for 10 minutes: none is refused, none waits", () => {
    const model = newModel();
    const documents = new ScatteredDocuments(model, "new");
    const minutes = offer(model, { minutes: 10, rate: () => 500, next: documents.next });
    expect(total(minutes, "refused")).toBe(0);
    expect(Math.max(...minutes.map(({ longestWaitMs }) => longestWaitMs))).toBe(0);
  });

  test("2. a step to 2,000 writes/s on a new collection: waiting, then refusals; all passes once it has been split enough", () => {
    const model = newModel();
    const documents = new ScatteredDocuments(model, "new");
    const minutes = offer(model, {
      minutes: 20,
      rate: () => 2000,
      next: documents.next,
      documents: 4,
    });
    const [first] = minutes;
    expect(first?.longestWaitMs).toBeGreaterThan(1000);
    expect(first?.refused).toBeGreaterThan(0.5 * (first?.offered ?? 0));
    const admitted = minutes.map((minute) => minute.admitted / minute.offered);
    expect(admitted[5]).toBeGreaterThan(admitted[1] ?? 1);
    expect(admitted[10]).toBeGreaterThan(admitted[5] ?? 1);
    expect(total(minutes.slice(-1), "refused")).toBe(0);
    expect(minutes.at(-1)?.longestWaitMs).toBe(0);
  });

  test("3. the published ramp up to 8,542 writes/s in 35 minutes: no step is refused anything", () => {
    const model = newModel();
    const documents = new ScatteredDocuments(model, "new");
    const minutes = offer(model, {
      minutes: 36,
      rate: publishedSchedule,
      next: documents.next,
      documents: 10,
    });
    expect(publishedSchedule(35 * MINUTE_MS)).toBe(8542);
    expect(minutes.map(({ refused }) => refused)).toEqual(minutes.map(() => 0));
  });

  test("4. what the ramp has split stays split for an hour's rest, and is as new after more than a day's", () => {
    const model = newModel();
    const documents = new ScatteredDocuments(model, "new");
    const load = { next: documents.next, documents: 5 };
    offer(model, { ...load, minutes: 21, rate: publishedSchedule });
    const resumed = { ...load, minutes: 1, rate: () => 2500 };
    const afterAnHour = offer(model, { ...resumed, fromMs: 21 * MINUTE_MS + HOUR_MS });
    expect(total(afterAnHour, "refused")).toBe(0);
    const afterADay = offer(model, { ...resumed, fromMs: 22 * MINUTE_MS + 26 * HOUR_MS });
    expect(total(afterADay, "refused")).toBeGreaterThan(0.6 * total(afterADay, "offered"));
  });

  test.each([20, 60, 300])(
    "500/s lie close together and move: a sweep through all keys in %d s, over and over, never waits",
    (seconds) => {
      const model = newModel();
      const keys = Array.from({ length: 1000 }, (_, user) =>
        model.openDocument(`users/${String(user).padStart(4, "0")}`, 0),
      );
      let longest = 0;
      for (let write = 0; write < 472 * 320; write += 1) {
        const at = (write % (472 * seconds)) / (472 * seconds);
        model.begin((write * 1000) / 472);
        // Rows without locks: a user's one document would contend.
        model.row(keys[Math.floor(at * 1000)] as RowHandle);
        const waitMs = model.decide();
        longest = Math.max(longest, waitMs < 0 ? Infinity : waitMs);
      }
      expect(longest).toBe(0);
      expect(model.spaces()[0]?.size).toBeGreaterThanOrEqual(seconds < 300 ? 2 : 1);
    },
  );

  test("a range counts the rows it has: those made, less those deleted, and of refused commits none", () => {
    const model = newModel();
    const document = model.openDocument("c/a", 0);
    for (const created of [1, 1, 0, -1, 1]) commitOne(model, document, 0, created);
    for (let write = 0; write < 100; write += 1) commitOne(model, document, 0, 0);
    expect(commitOne(model, document, 0, 1)).toBe(-1);
    expect(model.spaces()[0]?.ranges[0]?.rows).toBe(2);
  });

  test("22. at an equal rate a new collection with few documents suffers more than one with many", () => {
    const refusedAt2000 = (documentsBefore: number): number => {
      const model = newModel({ "split-rows": 20_000 });
      const documents = new ScatteredDocuments(model, "c");
      const loading = { rate: () => 250, next: documents.next, created: 1 };
      const minutes = Math.round(documentsBefore / 250 / 60);
      if (minutes > 0) offer(model, { ...loading, minutes });
      const fromMs = minutes * MINUTE_MS + HOUR_MS;
      return total(
        offer(model, { minutes: 2, rate: () => 2000, next: documents.next, fromMs }),
        "refused",
      );
    };
    const few = refusedAt2000(0);
    const many = refusedAt2000(300_000);
    expect(few).toBeGreaterThan(100_000);
    expect(many).toBeLessThan(few / 10);
  });
});

describe("the ramp as a law, which nothing in the model counts", () => {
  const schedule = fc.integer({ min: 0, max: 2 ** 30 });

  test("whoever keeps BulkWriter's schedule is refused nothing, whatever the names", () => {
    fc.assert(
      fc.property(schedule, (salt) => {
        const model = newModel(FIFTH);
        const names = new ScatteredDocuments(model, `c${salt}`, 5000);
        const rate = (elapsedMs: number): number => publishedSchedule(elapsedMs) / 5;
        const minutes = offer(model, { minutes: 16, rate, next: names.next });
        expect(total(minutes, "refused")).toBe(0);
      }),
      { numRuns: 4 },
    );
  });

  test("no load makes a new collection take more than 500/s and 50% more each 5 minutes, but for 12% and a second's burst", () => {
    const loads = fc.array(fc.integer({ min: 50, max: 4000 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(loads, (ratesByFiveMinutes) => {
        const model = newModel(FIFTH);
        const documents = new ScatteredDocuments(model, "new", 5000);
        const rate = (elapsedMs: number): number =>
          (ratesByFiveMinutes[Math.floor(elapsedMs / (5 * MINUTE_MS))] ?? 50) / 5;
        const minutes = offer(model, { minutes: 15, rate, next: documents.next });
        for (const [index, minute] of minutes.entries()) {
          const atMost = (560 / 5) * 1.5 ** ((index + 1) / 5);
          // What ranges take without waiting (1 s), and what waits past the minute's end (5 s).
          expect(minute.admitted).toBeLessThanOrEqual(atMost * 60 + 6 * atMost);
        }
      }),
      { numRuns: 4 },
    );
  });

  test("a space never serves more than the law allows", () => {
    const model = newModel(FIFTH);
    const documents = new ScatteredDocuments(model, "new", 5000);
    for (let minute = 0; minute < 10; minute += 1) {
      offer(model, {
        minutes: 1,
        rate: () => 2500 / 5,
        next: documents.next,
        fromMs: minute * MINUTE_MS,
      });
      const nowMs = (minute + 1) * MINUTE_MS;
      const [space] = model.spaces();
      const served = space?.allowedRate(nowMs) ?? 0;
      expect(served).toBeLessThanOrEqual((560 / 5) * 1.5 ** (nowMs / (5 * MINUTE_MS)) * 1.001);
      expect(served).toBeGreaterThan(500 / 5);
    }
  });
});
