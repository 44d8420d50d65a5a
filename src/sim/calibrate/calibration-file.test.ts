import { describe, expect, it } from "vitest";
import { MODEL_VERSION } from "../../firestore/capacity/constants.ts";
import { calibrationFile } from "./calibration.fixture.ts";
import { isCalibration, readCalibration } from "./calibration-file.ts";

const whole = calibrationFile();
const with_ = (changes: object): string => JSON.stringify({ ...whole, ...changes });

describe("a calibration file", () => {
  it("gives the figures that it found, and nothing of those it did not", () => {
    const text = JSON.stringify(whole);
    expect(isCalibration(text)).toBe(true);
    expect(readCalibration(text)).toEqual({
      kind: "read",
      file: whole,
      constants: { "commit-p50": 31, "commit-p99": 95, "read-p50": 14, "read-p99": 48 },
    });
  });

  it.each([
    ["no JSON", '"plimsoll-calibration/1"}', /is not JSON/],
    ["another format", with_({ format: "plimsoll-calibration/2" }), /^format: /],
    ["no date", with_({ date: "yesterday" }), /^date: /],
    ["another model", with_({ modelVersion: MODEL_VERSION + 1 }), /figures mean something else/],
    [
      "a published figure",
      with_({ constants: { "ramp-start": whole.roundTripMs } }),
      /ramp-start: is published/,
    ],
    [
      "a figure out of bounds",
      with_({ constants: { "commit-p50": { value: 0, low: 0, high: 0, samples: 1 } } }),
      /commit-p50: is 0/,
    ],
    ["more than it knows", with_({ more: 1 }), /more/],
  ])("refuses %s", (_, text, fault) => {
    const result = readCalibration(text);
    expect(result.kind === "faulty" ? result.faults.join("\n") : "read").toMatch(fault);
  });
});
