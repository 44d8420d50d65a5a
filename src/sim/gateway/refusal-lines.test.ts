import { expect, test } from "vitest";
import type { AdmissionReport, RefusalGroup } from "../../firestore/admission/report.ts";
import { RefusalLines } from "./refusal-lines.ts";

function report(
  subjects: readonly string[],
  mode: AdmissionReport["mode"] = "on",
): AdmissionReport {
  const refusals = subjects.map((subject): RefusalGroup => ({
    limit: "document-writes",
    subjectKind: "document",
    subject,
    database: "p/(default)",
    code: "ABORTED",
    count: 3,
    firstMs: 0,
    lastMs: 1,
    explanation: "Too often.\n  Write less.",
  }));
  return { mode, refusals } as unknown as AdmissionReport;
}

test("each kind once, on one line", () => {
  const lines = new RefusalLines();
  expect(lines.next(report(["document a"]))).toEqual([
    "refused ABORTED (document-writes) document a: Too often. Write less.",
  ]);
  expect(lines.next(report(["document a", "document b"], "observe"))).toEqual([
    "would refuse ABORTED (document-writes) document b: Too often. Write less.",
  ]);
  expect(lines.next(report(["document a", "document b"]))).toEqual([]);
});

test("many new kinds at once are counted, and not told later", () => {
  const lines = new RefusalLines();
  const subjects = Array.from({ length: 20 }, (_, index) => `document ${index}`);
  const told = lines.next(report(subjects));
  expect(told).toHaveLength(6);
  expect(told[5]).toBe("refused: 15 more kinds, see GET /plimsoll/v1/limits");
  expect(lines.next(report(subjects))).toEqual([]);
});

test("a flood of kinds does not fill the memory", () => {
  const lines = new RefusalLines();
  for (let round = 0; round < 30; round += 1) {
    lines.next(report(Array.from({ length: 100 }, (_, index) => `document ${round}-${index}`)));
  }
  expect(lines.next(report(["document new"]))).toEqual([]);
});
