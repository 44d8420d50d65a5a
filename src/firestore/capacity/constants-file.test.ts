import { describe, expect, test } from "vitest";
import { MODEL_CONSTANTS } from "../limits/model-constants.ts";
import { modelConstants } from "./constants.ts";
import { CONSTANT_BOUNDS, CONSTANTS_FORMAT, readConstantsFile } from "./constants-file.ts";

function read(constants: unknown, format: string = CONSTANTS_FORMAT) {
  return readConstantsFile(JSON.stringify({ format, constants }));
}

function faults(constants: unknown): readonly string[] {
  const result = read(constants);
  return result.kind === "faulty" ? result.faults : [];
}

describe("a constants file", () => {
  test("every constant of the model has bounds, and the assumed value lies within them", () => {
    const constants = modelConstants();
    expect(Object.keys(CONSTANT_BOUNDS).sort()).toEqual(Object.keys(constants).sort());
    expect(read(constants)).toEqual({ kind: "read", constants });
    expect(Object.keys(MODEL_CONSTANTS).length).toBeGreaterThan(25);
  });

  test("it overrides what it names and nothing else", () => {
    const given = { "commit-p50": 31, "document-write-ceiling": 7 };
    expect(read(given)).toEqual({ kind: "read", constants: given });
    expect(read({})).toEqual({ kind: "read", constants: {} });
  });

  test.each([
    [{ "ramp-start": 900 }, "constants.ramp-start: is published"],
    [{ "commit-p5": 1 }, "constants.commit-p5: is no constant of the model"],
    [{ toString: 1 }, "constants.toString: is no constant"],
    [{ "shed-aborted": 1.5 }, "is 1.5; it must be from 0 to 1 (fraction)"],
    [{ "document-write-ceiling": 0 }, "it must be from 0.01"],
    [{ "commit-p50": "31" }, "is no number"],
    [{ "commit-p50": 200 }, "constants.commit-p50: is 200, more than commit-p99 of 120"],
    [{ "read-p99": 5 }, "constants.read-p50: is 10, more than read-p99 of 5"],
  ])("%j is refused", (constants, text) => {
    expect(faults(constants)).toEqual([expect.stringContaining(text)]);
  });

  test("all faults are named at once, and another format is not read", () => {
    expect(faults({ a: 1, b: 2 })).toHaveLength(2);
    expect(read({}, "plimsoll-constants/2").kind).toBe("faulty");
    const bare = (file: unknown) => readConstantsFile(JSON.stringify(file)).kind;
    expect(bare([])).toBe("faulty");
    expect(bare({ format: CONSTANTS_FORMAT, constants: {}, more: 1 })).toBe("faulty");
    expect(bare({ format: CONSTANTS_FORMAT, note: "mine", constants: {} })).toBe("read");
    expect(readConstantsFile("{").kind).toBe("faulty");
  });
});
