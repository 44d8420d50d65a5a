import { expect, it } from "vitest";
import { basis, provenanceOf, type CalibrationFacts } from "./basis.ts";

const figure = (id: string) => ({ id, value: 1, low: 1, high: 1, unit: "factor", limits: "" });

function facts(...ids: readonly string[]): CalibrationFacts {
  return {
    file: "c.json",
    hash: "0",
    date: "2026-11-26",
    project: "p",
    database: "(default)",
    region: "r",
    errorPercent: 4,
    lackOfFit: false,
    constants: ids.map(figure),
  };
}

const LATENCIES = ["commit-p50", "commit-p99", "read-p50", "read-p99"];
const LIMITS = ["document-write-ceiling", "document-patience", "range-headroom", "range-patience"];

it.each([
  // As results of before there were calibrations have it.
  ["modelled", true],
  ["measured on emulator, limits modelled, latency modelled (nam5, assumed)", true],
  ["modelled, assumed", true],
  ["modelled, cohorts of 5, calibrated on 2026-11-26, error 4%", true],
  [
    "measured on embedded engine, limits modelled (partly calibrated on 2026-11-26, error 4%)",
    true,
  ],
  ["measured on staging", true],
  ["modelled, believed", false],
  ["measured on emulator, limits modelled ()", false],
])("%s: %s", (text, isBasis) => {
  expect(basis.safeParse(text).success).toBe(isBasis);
});

it("a figure is calibrated where all that it hangs on was found, and partly where some was", () => {
  const all = "calibrated on 2026-11-26, error 4%";
  expect(provenanceOf(undefined, "model")).toBe("assumed");
  expect(provenanceOf(facts(), "latency")).toBe("assumed");
  expect(provenanceOf(facts(...LATENCIES), "latency")).toBe(all);
  expect(provenanceOf(facts(...LATENCIES), "limits")).toBe("assumed");
  expect(provenanceOf(facts(...LATENCIES), "model")).toBe(`partly ${all}`);
  expect(provenanceOf(facts("range-headroom"), "limits")).toBe(`partly ${all}`);
  expect(provenanceOf(facts(...LATENCIES, ...LIMITS), "model")).toBe(all);
});
