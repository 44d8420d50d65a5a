import { describe, expect, test } from "vitest";
import { WriteMeter } from "./write-meter.ts";

describe("WriteMeter", () => {
  test("the worst second slides: 400 writes at 900 ms and 400 at 1100 ms are 800 in one", () => {
    const meter = new WriteMeter();
    const paths = Array.from({ length: 400 }, (_, index) => `c/${index}`);
    meter.record(1100, paths);
    meter.record(900, paths);
    expect(meter.worstSecond()).toEqual({ writes: 800, atMs: 900 });
  });

  test("writes a full second apart are not in one second", () => {
    const meter = new WriteMeter();
    meter.record(0, ["c/a", "c/b"]);
    meter.record(1000, ["c/a", "c/c", "c/d"]);
    expect(meter.worstSecond().writes).toBe(3);
    expect(meter.worstDocument()).toEqual({ path: "c/a", writesInOneSecond: 1 });
  });

  test("the worst document is the one written most within a second", () => {
    const meter = new WriteMeter();
    for (const atMs of [0, 300, 600, 2000]) meter.record(atMs, ["c/hot", `c/${atMs}`]);
    expect(meter.worstDocument()).toEqual({ path: "c/hot", writesInOneSecond: 3 });
    expect(meter.writes).toBe(8);
    expect(meter.commits).toBe(4);
  });

  test("nothing committed is nothing in the worst second", () => {
    expect(new WriteMeter().worstSecond().writes).toBe(0);
  });
});
