import { expect, it } from "vitest";
import { UserError } from "./errors.ts";
import { reportError } from "./report-error.ts";
import { recordStream } from "./text-stream.fixture.ts";

it("shows an operator's fault as code, message and hint, without a stack", () => {
  const stream = recordStream();
  expect(reportError(new UserError("E_NO_JAVA", "no Java found", "Install one."), stream)).toBe(2);
  expect(stream.text()).toBe("E_NO_JAVA: no Java found\nHint: Install one.\n");
});

it("shows the program's fault with its stack and cause", () => {
  const stream = recordStream();
  const error = new Error("broken", { cause: new TypeError("why") });
  expect(reportError(error, stream)).toBe(1);
  expect(stream.text()).toContain(
    "Internal error, a fault of Plimsoll itself: Error: broken\n    at ",
  );
  expect(stream.text()).toContain("Caused by: TypeError: why\n    at ");
});

it("shows what was thrown even when it is no error", () => {
  const stream = recordStream();
  expect(reportError("odd", stream)).toBe(1);
  expect(stream.text()).toContain("odd");
});
