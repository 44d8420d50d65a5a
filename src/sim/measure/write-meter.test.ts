import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WriteMeter } from "./write-meter.ts";

describe("WriteMeter", () => {
  test("the worst second slides: 400 writes at 900 ms and 400 at 1100 ms are 800 in one", () => {
    const meter = new WriteMeter();
    const paths = Array.from({ length: 400 }, (_, index) => `c/${index}`);
    meter.record(1100, paths.length, paths);
    meter.record(900, 400);
    expect(meter.worstSecond()).toEqual({ writes: 800, atMs: 900 });
  });

  test("writes a full second apart are not in one second", () => {
    const meter = new WriteMeter();
    meter.record(0, 2, ["c/a", "c/b"]);
    meter.record(1000, 3, ["c/a", "c/c", "c/d"]);
    expect(meter.worstSecond().writes).toBe(3);
    expect(meter.worstDocument()).toEqual({ path: "c/a", writesInOneSecond: 1 });
  });

  test("the worst document is the one written most within a second", () => {
    const meter = new WriteMeter();
    for (const atMs of [0, 300, 600, 2000]) meter.record(atMs, 2, ["c/hot", `c/${atMs}`]);
    expect(meter.worstDocument()).toEqual({ path: "c/hot", writesInOneSecond: 3 });
    expect(meter.writes).toBe(8);
    expect(meter.commits).toBe(4);
  });

  test("law: the worst document is that of a count over all writes", () => {
    const commit = fc.tuple(
      fc.nat(5000),
      fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(commit, { maxLength: 60 }), (commits) => {
        const meter = new WriteMeter();
        for (const [atMs, paths] of commits) meter.record(atMs, paths.length, paths);
        const writes = commits.flatMap(([atMs, paths]) => paths.map((path) => ({ atMs, path })));
        const counts = writes.map(({ atMs, path }) => ({
          path,
          count: writes.filter(
            (other) => other.path === path && other.atMs <= atMs && other.atMs > atMs - 1000,
          ).length,
        }));
        const { path, writesInOneSecond } = meter.worstDocument();
        const most = Math.max(0, ...counts.map(({ count }) => count));
        expect(writesInOneSecond).toBe(most);
        if (most === 0) return;
        expect(counts).toContainEqual({ path, count: most });
      }),
    );
  });

  test("nothing committed is nothing in the worst second", () => {
    expect(new WriteMeter().worstSecond().writes).toBe(0);
  });

  test("commits told of late are counted in the second they were sent in", () => {
    const meter = new WriteMeter();
    meter.record(5000, 1, ["c/hot"]);
    meter.record(9000, 1, ["c/a"]);
    meter.record(5400, 2, ["c/hot", "c/b"]);
    expect(meter.worstDocument()).toEqual({ path: "c/hot", writesInOneSecond: 2 });
    expect(meter.worstSecond()).toEqual({ writes: 3, atMs: 5000 });
  });

  test("an hour of commits, each told of 20 s late, gives what a short run gives", () => {
    const meter = new WriteMeter();
    for (let second = 0; second < 3600; second += 1) {
      for (let part = 0; part < 4; part += 1)
        meter.record(second * 1000 + part * 250, 1, [`c/${part}`]);
      if (second >= 20) meter.record((second - 20) * 1000 + 10, 1, ["c/late"]);
    }
    expect(meter.worstSecond().writes).toBe(5);
    expect(meter.worstDocument().writesInOneSecond).toBe(1);
    expect(meter.writes).toBe(3600 * 4 + 3580);
  });
});
