import { expect, it } from "vitest";
import { createPaint } from "./paint.ts";
import { recordStream } from "./text-stream.fixture.ts";

const terminal = recordStream({ isTTY: true });

it("colours for a person at a terminal", () => {
  expect(createPaint(terminal, {})("red", "x")).toBe("\u001b[31mx\u001b[39m");
});

it.each([
  { reason: "it is no terminal", stream: recordStream(), environment: {} },
  { reason: "NO_COLOR is set", stream: terminal, environment: { NO_COLOR: "1" } },
  { reason: "the terminal is dumb", stream: terminal, environment: { TERM: "dumb" } },
])("leaves the text alone when $reason", ({ stream, environment }) => {
  expect(createPaint(stream, environment)("red", "x")).toBe("x");
});
