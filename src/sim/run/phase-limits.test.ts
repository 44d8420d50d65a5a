import { expect, test } from "vitest";
import { admissionReport } from "../targets/fake-gateway.fixture.ts";
import { phaseLimits } from "./phase-limits.ts";

const WITNESS = { warmedTo: null, commitsSent: 100, leadMs: 1800 };

test("batches count as commits, and waits of nobody as none", () => {
  const limits = phaseLimits(admissionReport(), WITNESS);
  expect(limits).toMatchObject({
    commits: 100,
    queries: 40,
    writes: 700,
    delayedWrites: 12,
    queueing: { samples: 200, meanMs: 0.5, p99Ms: 8, maxMs: 9 },
  });
  const nobody = { count: 0, sumMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, maxMs: 0 };
  const { delays } = admissionReport();
  const idle = admissionReport({ delays: { ...delays, queueing: nobody } });
  expect(phaseLimits(idle, WITNESS)?.queueing.meanMs).toBe(0);
});

test("limits that were off have nothing to tell", () => {
  expect(phaseLimits(admissionReport({ mode: "off" }), WITNESS)).toBeUndefined();
});

test("one cause is one entry, whatever it was answered with; its second is of the phase", () => {
  const group = {
    limit: "document-writes",
    subjectKind: "document",
    subject: "document a/b",
    database: "(default)",
    lastMs: 9000,
    explanation: "Too often.",
  } as const;
  const report = admissionReport({
    refusedAttempts: { commit: 9, batchWrite: 0, query: 1, read: 0, listen: 0 },
    refusals: [
      { ...group, code: "ABORTED", count: 6, firstMs: 5000 },
      { ...group, code: "RESOURCE_EXHAUSTED", count: 3, firstMs: 4800 },
      { ...group, subject: "document a/c", code: "ABORTED", count: 7, firstMs: 100 },
      { ...group, subject: "document a/d", code: "ABORTED", count: 0, firstMs: 0 },
    ],
  });
  expect(phaseLimits(report, WITNESS)).toMatchObject({
    refusedAttempts: 10,
    refusals: [
      { subject: "document a/b", attempts: 9, code: "ABORTED, RESOURCE_EXHAUSTED", firstSecond: 3 },
      // Refused while the first sweep led in: before the phase's own time.
      { subject: "document a/c", attempts: 7, firstSecond: 0 },
    ],
  });
});

test("a report keeps as many causes as people read, and says how many it leaves out", () => {
  const refusals = Array.from({ length: 60 }, (_, index) => ({
    limit: "document-writes",
    subjectKind: "document" as const,
    subject: `document a/${index}`,
    database: "(default)",
    code: "ABORTED",
    count: 1 + index,
    firstMs: 0,
    lastMs: 0,
    explanation: "Too often.",
  }));
  const limits = phaseLimits(admissionReport({ refusals, refusalsNotListed: 5 }), WITNESS);
  expect(limits?.refusals).toHaveLength(50);
  expect(limits?.refusals[0]?.attempts).toBe(60);
  expect(limits?.refusalsNotListed).toBe(15);
});
