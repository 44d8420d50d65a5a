import { describe, expect, it } from "vitest";
import { monitoringEvidenceSchema, type MonitoringEvidence } from "./monitoring-evidence.ts";
import { monitoringInWords, seenLatencies } from "./monitoring-words.ts";
import { renderReportHtml } from "./report-html.ts";
import { fixtureResult } from "./result.fixture.ts";
import { renderSummaryMarkdown } from "./summary-markdown.ts";

const EVIDENCE: MonitoringEvidence = monitoringEvidenceSchema.parse({
  project: "my-staging",
  database: "(default)",
  window: { from: "2026-11-26T09:00:00.000Z", to: "2026-11-26T09:10:00.000Z" },
  readAt: "2026-11-26T09:16:00.000Z",
  waitedMs: 360_000,
  samplePeriodMs: 60_000,
  ingestDelayMs: 240_000,
  unreadable: null,
  comparisons: [],
  requests: [{ method: "Commit", code: "<ABORTED>", count: 7 }],
  latencies: [
    {
      method: "Commit",
      count: 1234,
      meanMs: 20,
      p50Ms: 18,
      p95Ms: 40,
      p99Ms: 61,
      p99WithinMs: [57, null],
    },
  ],
  rules: [{ result: "DENY", count: 3 }],
});

const ASSETS = { uplotScript: "", uplotStyle: "", plotsScript: "", copyScript: "", pageStyle: "" };

function resultWith(monitoring: MonitoringEvidence) {
  const fixture = fixtureResult({ monitoring });
  const [own] = fixture.histograms;
  if (own === undefined) throw new Error("the fixture has histograms");
  const commits = { ...own, metric: "commit-call", phase: "baseline", count: 321 };
  return { ...fixture, histograms: [...fixture.histograms, commits] };
}

describe("what Cloud Monitoring said, in reports", () => {
  it("stands beside what the run measured of the same requests", () => {
    expect(
      seenLatencies(resultWith(EVIDENCE)).map(({ what, seenBy, count }) => [what, seenBy, count]),
    ).toEqual([
      ["Commit", "Cloud Monitoring", 1234],
      ["commit-call, baseline", "the run", 321],
    ]);
    expect(seenLatencies(fixtureResult())).toEqual([]);
  });

  it("is in the page and in the summary, escaped, and leads there", () => {
    const page = renderReportHtml(resultWith(EVIDENCE), ASSETS);
    expect(page).toContain('<a href="#monitoring">Cloud Monitoring</a>');
    expect(page).toMatch(/&lt;ABORTED&gt;/);
    expect(page).toContain("over 57 ms");
    const summary = renderSummaryMarkdown(resultWith(EVIDENCE));
    expect(summary).toContain("<summary>Cloud Monitoring</summary>");
    expect(summary).toMatch(/\| Commit \| Cloud Monitoring \| 1,234 \|/);
    expect(summary).not.toContain("<ABORTED>");
  });

  it("says why nothing could be read", () => {
    const evidence = { ...EVIDENCE, unreadable: "PERMISSION_DENIED" };
    expect(monitoringInWords(evidence)).toContain("could not be read: PERMISSION_DENIED");
    for (const text of [
      renderReportHtml(resultWith(evidence), ASSETS),
      renderSummaryMarkdown(resultWith(evidence)),
    ]) {
      expect(text).toContain("could not be read");
      expect(text).not.toContain("Requests by answer");
    }
  });

  it("is nowhere where nobody asked", () => {
    expect(renderReportHtml(fixtureResult(), ASSETS)).not.toContain("monitoring-title");
    expect(renderSummaryMarkdown(fixtureResult())).not.toContain("Cloud Monitoring");
  });
});
