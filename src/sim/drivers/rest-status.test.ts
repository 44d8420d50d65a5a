import { expect, test } from "vitest";
import { readStatus } from "./rest-status.ts";

const denied = {
  error: { code: 403, message: "\nfalse for 'list' @ L4", status: "PERMISSION_DENIED" },
};

test.each([
  ["an answer", 200, { commitTime: "…" }],
  ["a streamed answer", 200, [{ document: {} }, { readTime: "…" }]],
  ["a streamed answer without documents", 200, []],
])("%s is no failure", (_what, httpStatus, content) => {
  expect(readStatus(httpStatus, content)).toBeUndefined();
});

test.each([
  ["the body names the status", 403, denied, "PERMISSION_DENIED", "false for 'list' @ L4"],
  [
    "409 is not always ABORTED",
    409,
    { error: { status: "ALREADY_EXISTS", message: "there" } },
    "ALREADY_EXISTS",
    "there",
  ],
  ["a streamed answer fails at once", 403, [denied], "PERMISSION_DENIED", "false for 'list' @ L4"],
  [
    "a streamed answer fails midway",
    200,
    [{ document: {} }, denied],
    "PERMISSION_DENIED",
    "false for 'list' @ L4",
  ],
  [
    "no name: HTTP decides",
    429,
    { error: { message: "slow down" } },
    "RESOURCE_EXHAUSTED",
    "slow down",
  ],
  [
    "a name that gRPC does not know",
    503,
    { error: { status: "TIRED", message: "" } },
    "UNAVAILABLE",
    "",
  ],
  ["no JSON at all", 504, undefined, "DEADLINE_EXCEEDED", "HTTP status 504 without an explanation"],
  [
    "an HTTP status of no meaning here",
    302,
    undefined,
    "UNKNOWN",
    "HTTP status 302 without an explanation",
  ],
] as const)("%s", (_what, httpStatus, content, code, message) => {
  expect(readStatus(httpStatus, content)).toEqual({ code, message });
});
