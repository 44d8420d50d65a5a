import { describe, expect, it } from "vitest";
import { CONSTANTS_FORMAT, readConstantsFile } from "./constants-file.ts";
import { modelConstants } from "./constants.ts";

const file = (constants: object): string => JSON.stringify({ format: CONSTANTS_FORMAT, constants });

describe("readConstantsFile", () => {
  it("reads the figures that are to differ, and leaves the others as they are", () => {
    const result = readConstantsFile(file({ "commit-p50": 31, "document-write-ceiling": 4.5 }));
    expect(result).toEqual({
      kind: "read",
      constants: { "commit-p50": 31, "document-write-ceiling": 4.5 },
    });
    if (result.kind !== "read") return;
    expect(modelConstants(result.constants)).toEqual({
      ...modelConstants(),
      "commit-p50": 31,
      "document-write-ceiling": 4.5,
    });
  });

  it("takes every figure of the model", () => {
    const all = modelConstants();
    expect(readConstantsFile(file(all))).toEqual({ kind: "read", constants: all });
  });

  it.each([
    ["no JSON", "{", /is not JSON/],
    ["another format", '{"format": "plimsoll-constants/2", "constants": {}}', /^format: /],
    ["an unknown figure", file({ "commit-p51": 1 }), /commit-p51/],
    ["a figure of 0", file({ "commit-p50": 0 }), /^constants\.commit-p50: /],
    ["a figure in words", file({ "commit-p50": "fast" }), /^constants\.commit-p50: /],
    ["a figure beyond all reason", file({ "commit-p50": 1e12 }), /^constants\.commit-p50: /],
    ["more than it knows", '{"format": "plimsoll-constants/1", "constants": {}, "x": 1}', /"x"/],
  ])("refuses %s", (_, text, fault) => {
    const result = readConstantsFile(text);
    expect(result.kind === "faulty" ? result.faults.join("\n") : "read").toMatch(fault);
  });
});
