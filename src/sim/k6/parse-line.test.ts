import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { STATUS_CODES } from "../../system/store/status.ts";
import { clientOperation } from "../config/scenario.ts";
import { formatLine, LINE_PREFIX, type K6Line } from "./line-format.ts";
import { parseLine } from "./parse-line.ts";

const ofArrival = { operation: fc.constantFrom(...clientOperation.options), n: fc.nat() };
const carried = {
  ...ofArrival,
  startedMs: fc.nat(),
  finishedMs: fc.nat(),
  attempts: fc.constant(2),
};
const lines: fc.Arbitrary<K6Line> = fc.oneof(
  fc.record({ kind: fc.constant("ok" as const), ...carried, documents: fc.nat() }),
  fc.record({
    kind: fc.constant("failed" as const),
    ...carried,
    code: fc.constantFrom(...STATUS_CODES),
    message: fc.string({ maxLength: 400 }),
    ambiguous: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("dropped" as const), ...ofArrival }),
  fc.record({ kind: fc.constant("fault" as const), message: fc.string({ maxLength: 400 }) }),
);

test("a line says what was written, and is one line", () => {
  fc.assert(
    fc.property(lines, (line) => {
      const text = formatLine(line);
      expect(text).not.toMatch(/[\n\r]/);
      expect(parseLine(text)).toEqual({ kind: "ours", line });
    }),
  );
});

test("a line cut anywhere is found out, or is no line of ours", () => {
  fc.assert(
    fc.property(lines, fc.double({ min: 0, max: 0.999, noNaN: true }), (line, share) => {
      const text = formatLine(line);
      const cut = text.slice(0, Math.floor(text.length * share));
      expect(parseLine(cut).kind).not.toBe("ours");
    }),
  );
});

test("a long message is cut, and the line is still read", () => {
  const seen = parseLine(formatLine({ kind: "fault", message: "x".repeat(10_000) }));
  expect(seen).toEqual({ kind: "ours", line: { kind: "fault", message: "x".repeat(500) } });
});

describe("what is no line of ours", () => {
  test.each([
    ["k6's own words", "Insufficient VUs, reached 4 active VUs", "chatter"],
    ["nothing", "", "chatter"],
    ["garbage after the prefix", `${LINE_PREFIX}{]`, "unreadable"],
    ["a number", `${LINE_PREFIX}7`, "unreadable"],
    ["an unknown kind", `${LINE_PREFIX}{"kind":"done","n":1}`, "unreadable"],
    [
      "an unknown operation",
      `${LINE_PREFIX}{"kind":"dropped","operation":"x","n":1}`,
      "unreadable",
    ],
    ["a key too many", `${LINE_PREFIX}{"kind":"fault","message":"","x":1}`, "unreadable"],
    ["two run together", `ab${formatLine({ kind: "fault", message: "" })}`, "unreadable"],
  ])("%s", (_what, text, kind) => {
    expect(parseLine(text).kind).toBe(kind);
  });
});
