import { describe, expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import {
  admission,
  at,
  attempt,
  drive,
  newOutcome,
  note,
  scattered,
  set,
  update,
} from "./admission.fixture.ts";
import type { ControlledAdmission } from "./controlled-admission.ts";
import { admissionReport } from "./report.ts";

function flood(
  target: ControlledAdmission,
  fromMs: number,
  writes = 5000,
): ReturnType<typeof newOutcome> {
  const outcome = newOutcome();
  for (let index = 0; index < writes; index += 1) {
    note(outcome, target.commit(attempt(set(`c/${scattered(index)}`, {})), fromMs));
  }
  return outcome;
}

describe("modes", () => {
  test("observe refuses and delays nothing, and records what would have been", () => {
    const target = admission({ mode: "observe", latency: "nam5" });
    expect(flood(target, 0)).toMatchObject({ refused: 0, longestMs: 0 });
    const report = target.report(1000);
    expect(report.writes.refused).toBeGreaterThan(1000);
    expect(report.refusals.map(({ limit }) => limit)).toContain("ramp-start");
    expect(report.delays.queueing.maxMs).toBeGreaterThan(1000);
    expect(report.writes.attempted).toBe(5000);
  });

  test("off records nothing either", () => {
    const target = admission({ mode: "off" });
    flood(target, 0);
    expect(target.report(1000)).toMatchObject({
      writes: { attempted: 0, refused: 0 },
      refusals: [],
    });
  });

  test("can be switched while it runs", () => {
    const target = admission({ mode: "observe" });
    flood(target, 0, 1);
    target.setMode("on");
    expect(target.mode).toBe("on");
    expect(flood(target, 0).refused).toBeGreaterThan(1000);
    target.setMode("off");
    expect(flood(target, 0).refused).toBe(0);
  });
});

describe("resets", () => {
  test("of the counters leave what has been split, and empty the queues", () => {
    const target = admission();
    const write = (index: number) => attempt(set(`c/${scattered(index)}`, {}));
    drive(target, { minutes: 2, rate: 900, write });
    const split = target.report(120_000).spaces[0]?.ranges ?? 0;
    expect(split).toBeGreaterThan(1);
    flood(target, 120_000, 6000);
    target.resetCounters(120_001);
    const report = target.report(120_001);
    expect(report).toMatchObject({
      writes: { attempted: 0 },
      refusals: [],
      hottest: [],
      durationMs: 0,
    });
    expect(report.spaces[0]).toMatchObject({ ranges: split, longestWaitMs: 0 });
    expect(flood(target, 120_001, 100).longestMs).toBe(0);
  });

  test("of the counters begin the heat and the operations anew, in the middle of a cell too", () => {
    const target = admission();
    flood(target, 1000, 100);
    expect(target.heat(10_000).ranges.map(({ operations }) => operations)).toEqual([[100]]);
    flood(target, 11_000, 100);
    target.resetCounters(12_000);
    flood(target, 13_000, 7);
    expect(target.heat(22_000).ranges.map(({ operations }) => operations)).toEqual([[7]]);
    expect(target.report(22_000).spaces.map(({ operations }) => operations)).toEqual([7]);
  });

  test("later than the last request hold for a report of before", () => {
    const target = admission();
    target.resetCounters(100);
    expect(admissionReport.parse(target.report(50)).durationMs).toBe(0);
  });

  test("of everything begin as new, or split for a rate", () => {
    const target = admission();
    const offered = (fromMs: number): number =>
      drive(target, {
        fromMs,
        minutes: 1,
        spanMs: 15_000,
        rate: 1500,
        write: (index) => attempt(set(`c/${scattered(index)}`, { x: scattered(index) })),
      })[0]?.refused ?? -1;
    expect(offered(0)).toBeGreaterThan(9000);
    target.reset(60_000, { warmToWritesPerSecond: 1500 });
    expect(offered(60_000)).toBe(0);
    target.reset(120_000);
    expect(offered(120_000)).toBeGreaterThan(9000);
  });
});

test("a quota that is cut holds for databases still to come, and until it is given back", () => {
  const target = admission();
  const refused = (fromMs: number): number =>
    drive(target, {
      fromMs,
      minutes: 1,
      spanMs: 30_000,
      rate: 300,
      write: (index) => attempt(set(`c/${scattered(index)}`, { x: scattered(index) })),
    })[0]?.refused ?? -1;
  target.setQuota(0.25);
  expect(refused(0)).toBeGreaterThan(1000);
  target.setQuota(1);
  expect(refused(120_000)).toBe(0);
});

test("a database that is cooled has forgotten that it was warm", () => {
  const target = admission();
  target.warm(3000);
  const refused = (fromMs: number): number =>
    drive(target, {
      fromMs,
      minutes: 1,
      spanMs: 15_000,
      rate: 1500,
      write: (index) => attempt(set(`c/${scattered(index)}`, { x: scattered(index) })),
    })[0]?.refused ?? -1;
  expect(refused(0)).toBe(0);
  target.cool();
  expect(refused(60_000)).toBeGreaterThan(9000);
});

test("warming helps neither a tail nor a single document", () => {
  const target = admission();
  target.warm(5000);
  const tail = drive(target, {
    minutes: 2,
    spanMs: 12_000,
    rate: 1500,
    write: (index, nowMs) => attempt(set(`c/${scattered(index)}`, { created_at: at(nowMs) })),
  });
  expect((tail[1]?.admitted ?? 0) / 12).toBeLessThan(700);
  const one = drive(target, {
    fromMs: 120_000,
    minutes: 1,
    rate: 100,
    write: () => attempt(update("ops/performance", { x: 1n })),
  });
  expect((one[0]?.admitted ?? 0) / 60).toBeLessThan(11);
});

test("warming holds for a sweep that visits users in the order of their keys", () => {
  const target = admission({ mode: "observe" });
  const path = (index: number): string =>
    `users/u${String(index % 1000).padStart(4, "0")}/trades/t${Math.floor(index / 1000) % 10}`;
  for (let index = 0; index < 10_000; index += 1) {
    target.commit(attempt(set(path(index), { pnl: index })), index * 3);
  }
  target.setMode("on");
  target.resetCounters(30_000);
  target.warm(3000);
  const minutes = drive(target, {
    fromMs: 30_000,
    minutes: 1,
    spanMs: 20_000,
    rate: 2000,
    write: (index) => attempt(update(path(index), { pnl: (index * 7919) % 1000 })),
  });
  expect(minutes[0]).toMatchObject({ refused: 0 });
});

test("a database in use is not forgotten for others that were used once", () => {
  const target = admission();
  const write = set("c/a", {});
  flood(target, 0, 2000);
  for (let index = 0; index < 300; index += 1) {
    const database = { projectId: `p${index}`, databaseId: "d" };
    target.commit({ ...attempt(write), database }, 0);
    target.commit(attempt(write), 0);
  }
  expect(target.explain(attempt(write), 0).ranges[0]?.waitMs).toBeGreaterThan(1000);
  expect(new Set(target.report(1).spaces.map(({ database }) => database)).size).toBeLessThanOrEqual(
    50,
  );
});

test("heat that is older than an hour is forgotten, in silence too", () => {
  const target = admission();
  flood(target, 0, 100);
  expect(target.heat(10_000).ranges).toHaveLength(1);
  expect(target.heat(3 * 3_600_000)).toMatchObject({ cells: 360, ranges: [] });
});

test("the report and its parts stay bounded, whatever is thrown at it", () => {
  const target = admission({ rng: createRng(9), memoryBytes: 200_000 });
  for (let index = 0; index < 5000; index += 1) {
    const name = scattered(index);
    const projectId = `p${index % 300}`;
    const write = set(`c${name}/d`, { [`f${name}`]: 1n });
    target.commit(
      { database: { projectId, databaseId: "d" }, writes: [write], requestBytes: 10 },
      index,
    );
    target.commit(
      { database: { projectId, databaseId: "d" }, writes: [write], requestBytes: 2 ** 30 },
      index,
    );
  }
  const report = admissionReport.parse(target.report(20_000));
  expect(report.refusals.length).toBeLessThanOrEqual(200);
  expect(report.refusalsNotListed).toBeGreaterThan(0);
  expect(report.spaces.length).toBeLessThanOrEqual(100);
  expect(target.heat(20_000).ranges.length).toBeLessThanOrEqual(1000);
});
