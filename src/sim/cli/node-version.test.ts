import { expect, it } from "vitest";
import { isNodeNewEnough, requireNode } from "./node-version.ts";

it.each([
  { version: "20.20.2", enough: false },
  { version: "22.17.9", enough: false },
  { version: "22.18.0", enough: true }, // the first that runs TypeScript without a flag
  { version: "24.0.0", enough: true }, // a lower minor of a later major
])("$version: $enough", ({ version, enough }) => {
  expect(isNodeNewEnough(version)).toBe(enough);
});

it("says how to get the right one", () => {
  expect(() => requireNode("20.20.2")).toThrow(
    "Node.js 20.20.2 is too old, 22.18.0 or newer is needed",
  );
});
