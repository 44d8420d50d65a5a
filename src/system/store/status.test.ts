import { expect, test } from "vitest";
import { isRetryable, STATUS_CODES } from "./status.ts";

test.each([
  [1, "CANCELLED"],
  [5, "NOT_FOUND"],
  [10, "ABORTED"],
  [16, "UNAUTHENTICATED"],
] as const)("status %i is %s", (number, name) => {
  expect(STATUS_CODES[number - 1]).toBe(name);
});

test("what passes by itself is tried again, what would fail again is not", () => {
  expect(STATUS_CODES.filter(isRetryable)).toEqual([
    "DEADLINE_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "ABORTED",
    "INTERNAL",
    "UNAVAILABLE",
  ]);
});
