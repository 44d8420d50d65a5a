import { expect, test } from "vitest";
import {
  formatCount,
  formatDuration,
  formatLatency,
  formatMargin,
  formatNumber,
  formatRate,
  formatShare,
} from "./format-figures.ts";
import { fixtureResult } from "./result.fixture.ts";

const check = fixtureResult().checks[0]!;

test.each([
  [0, "0"],
  [0.41234, "0.412"],
  [38.24, "38.2"],
  [99.96, "100"],
  [1842.4, "1,842"],
])("a number keeps the digits that matter: %d is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [420, "420 ms"],
  [12_500, "12.5 s"],
  [165_000, "2 min 45 s"],
  [11_100_000, "3 h 5 min"],
  // 59.96 s rounds to 60, which is still said in seconds.
  [59_960, "60 s"],
])("a duration of %d ms is %s", (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test.each([
  // 38.2 of 500 is 7.64%, so it lies 92.36% below.
  [38.2, 500, "ms", "92.4% below"],
  [1842, 500, "ms", "268% above"],
  [500, 500, "ms", "at the bound"],
  [12, 0, "commits", "12 commits above"],
  [null, 500, "ms", "–"],
  [38.2, null, "ms", "–"],
])("the margin of %s against %s %s is %s", (value, bound, unit, text) => {
  expect(formatMargin({ ...check, value, bound, unit })).toBe(text);
});

test("a share says 100% only for all of it", () => {
  expect(formatShare(1)).toBe("100%");
  expect(formatShare(0.99999)).toBe(">99.9%");
  expect(formatShare(0.2997)).toBe("30%");
});

test("counts, rates and latencies carry their units", () => {
  expect(formatCount(24_310)).toBe("24,310");
  expect(formatRate(83.33)).toBe("83.3/s");
  expect(formatLatency(38.2)).toBe("38.2 ms");
  expect(formatLatency(null)).toBe("–");
});
