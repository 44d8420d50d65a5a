import { describe, expect, test } from "vitest";
import {
  commitOne,
  HOUR_MS,
  MINUTE_MS,
  newModel,
  offer,
  ScatteredDocuments,
  total,
} from "./load.fixture.ts";
import type { CapacityModel } from "./capacity-model.ts";
import type { RowHandle } from "./row-table.ts";

/** Documents whose IDs only grow. Each is opened when it is written and closed at once. */
function growing(model: CapacityModel): (index: number, nowMs: number) => RowHandle {
  let last: RowHandle | undefined;
  return (index, nowMs) => {
    if (last !== undefined) model.close(last);
    last = model.openDocument(`log/${index.toString().padStart(12, "0")}`, nowMs);
    return last;
  };
}

describe("keys that no split helps", () => {
  test("5. growing document IDs at 1,000/s: about 500/s pass, for ever; scattered IDs recover", () => {
    const model = newModel();
    const minutes = offer(model, { minutes: 8, rate: () => 1000, next: growing(model) });
    for (const minute of minutes.slice(1)) {
      expect(minute.admitted / 60).toBeGreaterThan(450);
      expect(minute.admitted / 60).toBeLessThan(600);
      expect(minute.longestWaitMs).toBeGreaterThan(4000);
    }
    const scattered = new ScatteredDocuments(model, "scattered");
    const recovered = offer(model, {
      minutes: 10,
      rate: () => 1000,
      next: scattered.next,
      fromMs: HOUR_MS,
    });
    expect(total(recovered.slice(-2), "refused")).toBe(0);
  });

  test("a tail in a collection that has other load too is still a tail", () => {
    const model = newModel();
    const tail = growing(model);
    const documents = new ScatteredDocuments(model, "log", 20_000);
    const minutes = offer(model, {
      minutes: 15,
      rate: () => 1600,
      next: (index, nowMs) => (index % 2 === 0 ? tail(index, nowMs) : documents.next()),
    });
    const last = minutes.at(-1);
    // 800/s of it scatter and pass in the end; of the 800/s at the tail, about 500.
    expect((last?.admitted ?? 0) / 60).toBeGreaterThan(1200);
    expect((last?.admitted ?? 0) / 60).toBeLessThan(1430);
  });

  test("memory is flat along a day of growing IDs", () => {
    const model = newModel();
    offer(model, { minutes: 26 * 60, rate: () => 5, next: growing(model) });
    expect(model.spaces().flatMap(({ ranges }) => ranges).length).toBeLessThan(5);
  });
});

describe("one document", () => {
  test("11. slow writes never contend; faster ones wait longer; then they are ABORTED, and no split helps", () => {
    const model = newModel();
    const document = model.openDocument("ops/performance", 0);
    const at = (rate: number, fromMinute: number): ReturnType<typeof offer> =>
      offer(model, {
        minutes: 10,
        rate: () => rate,
        next: () => document,
        fromMs: fromMinute * MINUTE_MS,
      });
    const slow = at(0.3, 0);
    const faster = at(4, 20);
    const fastest = at(8, 40);
    const flood = at(50, 60);
    const longest = (minutes: typeof slow): number =>
      Math.max(...minutes.map(({ longestWaitMs }) => longestWaitMs));
    expect(longest(slow)).toBe(0);
    expect(longest(faster)).toBeGreaterThan(0);
    expect(longest(fastest)).toBeGreaterThan(longest(faster));
    expect(total([...slow, ...faster], "refused")).toBe(0);
    expect(total(flood, "refused")).toBeGreaterThan(0.7 * total(flood, "offered"));
    for (const minute of flood.slice(1)) expect(minute.admitted / 60).toBeLessThanOrEqual(10.1);
    expect(model.spaces()[0]?.ranges).toHaveLength(1);
  });

  test("11. other documents of its collection do not notice", () => {
    const model = newModel();
    const hot = model.openDocument("ops/performance", 0);
    const others = new ScatteredDocuments(model, "ops", 10_000);
    let refusedOthers = 0;
    let longestOther = 0;
    offer(model, {
      minutes: 5,
      rate: () => 50,
      next: (_index, nowMs) => {
        const waitMs = commitOne(model, others.next(), nowMs);
        if (waitMs < 0) refusedOthers += 1;
        longestOther = Math.max(longestOther, waitMs);
        return hot;
      },
    });
    expect([refusedOthers, longestOther]).toEqual([0, 0]);
  });

  test("12. N shards of a counter take N times what one takes", () => {
    const passed = (shards: number): number => {
      const model = newModel();
      const documents = Array.from({ length: shards }, (_, shard) =>
        model.openDocument(`counters/c/shards/${shard}`, 0),
      );
      const next = (index: number): RowHandle => documents[index % shards] as RowHandle;
      return total(offer(model, { minutes: 4, rate: () => 40 * shards, next }), "admitted");
    };
    const one = passed(1);
    expect(passed(5) / one).toBeCloseTo(5, 0);
    expect(passed(20) / one).toBeCloseTo(20, 0);
  });
});
