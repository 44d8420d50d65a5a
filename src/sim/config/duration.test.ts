import fc from "fast-check";
import { expect, it } from "vitest";
import { formatDuration, parseDurationMs } from "./duration.ts";

it.each([
  { value: "30s", durationMs: 30_000 },
  { value: "2m", durationMs: 120_000 },
  { value: "1h", durationMs: 3_600_000 },
  { value: "1.5m", durationMs: 90_000 },
  { value: "250ms", durationMs: 250 },
  { value: "30000", durationMs: 30_000 }, // no unit: milliseconds
  { value: 30_000, durationMs: 30_000 },
])("reads $value", ({ value, durationMs }) => {
  expect(parseDurationMs(value)).toBe(durationMs);
});

it.each(["", "s", "30 s", "30x", "-5s", "1e3", "1:30", "0.5ms", 1.5, null, {}])(
  "does not read %j",
  (value) => {
    expect(parseDurationMs(value)).toBeUndefined();
  },
);

it.each([
  { durationMs: 90_000, text: "90s" },
  { durationMs: 120_000, text: "2m" },
  { durationMs: 86_400_000, text: "24h" },
  { durationMs: 1_500, text: "1500ms" },
  { durationMs: 0, text: "0s" },
])("writes $durationMs ms as $text", ({ durationMs, text }) => {
  expect(formatDuration(durationMs)).toBe(text);
});

it("reads back what it has written", () => {
  fc.assert(
    fc.property(fc.nat(), (durationMs) => {
      expect(parseDurationMs(formatDuration(durationMs))).toBe(durationMs);
    }),
  );
});
