import { expect, test } from "vitest";
import { createTimeline } from "./timeline.ts";

const timeline = createTimeline([
  { regime: "calm", seconds: 2 },
  { regime: "halt", seconds: 0.26 },
  { regime: "active", seconds: 1 },
]);

test.each([
  { atMs: 0, regime: "calm", startMs: 0, endMs: 2000, why: "the first begins at 0" },
  { atMs: 1999.9, regime: "calm", startMs: 0, endMs: 2000, why: "ends are not included" },
  { atMs: 2000, regime: "halt", startMs: 2000, endMs: 2300, why: "0.26 s is three steps" },
  { atMs: 3299, regime: "active", startMs: 2300, endMs: 3300, why: "the last of the list" },
  { atMs: 3300, regime: "calm", startMs: 3300, endMs: 5300, why: "the list repeats" },
  { atMs: 8650, regime: "halt", startMs: 8600, endMs: 8900, why: "the third time round" },
])("at $atMs ms: $why", ({ atMs, regime, startMs, endMs }) => {
  expect(timeline.segmentAt(atMs)).toEqual({ regime, startMs, endMs });
});

test("a regime of no length takes one step", () => {
  expect(createTimeline([{ regime: "calm", seconds: 0.001 }]).segmentAt(250)).toEqual({
    regime: "calm",
    startMs: 200,
    endMs: 300,
  });
});
