import { describe, expect, test } from "vitest";
import { escapeMarkdown, markdownCode } from "./markdown-text.ts";
import { fixtureResult } from "./result.fixture.ts";
import { renderSummaryMarkdown, SUMMARY_BYTES_MAX } from "./summary-markdown.ts";

describe("renderSummaryMarkdown", () => {
  test("begins with the verdict, in a word", () => {
    expect(renderSummaryMarkdown(fixtureResult())).toMatch(/^# ❌ FAIL: Plimsoll, 1,000 users\n/u);
  });

  test("shows a check as a row of its group's table", () => {
    const text = renderSummaryMarkdown(fixtureResult());
    expect(text).toContain("## Benchmark\n");
    expect(text).toContain(
      "| ✅ PASS | Query performance | p95 &lt; 100 ms | p95 46.2 ms | 53.8% below | 4,200 | measured on emulator |\n",
    );
    expect(text).toContain("- **P&amp;L update latency**: Missed by 4,624 ms");
  });

  test("folds groups that passed, but never one in which something did not", () => {
    const text = renderSummaryMarkdown(fixtureResult());
    expect(text).toContain("<summary>Data in the database: 1 passed</summary>");
    expect(text).toContain("## The harness itself\n");
    expect(text.split("<details>")).toHaveLength(text.split("</details>").length);
  });

  test("tells each refusal's cause and remedy, and folds limits that did nothing", () => {
    const result = fixtureResult();
    const text = renderSummaryMarkdown(result);
    expect(text).toContain("## Limits met\n");
    expect(text).toMatch(
      /\*\*sequential-index-writes on .+\*\* \(high-volatility, 31 attempts\): 762 writes/,
    );
    const calm = renderSummaryMarkdown({ ...result, phases: result.phases.slice(0, 2) });
    expect(calm).not.toContain("## Limits met");
    expect(calm).toContain("Limits met: none");
  });

  test("marks a partial run, and one without checks", () => {
    const fixture = fixtureResult({ checks: [], phases: [], histograms: [] });
    const run = { ...fixture.run, status: "partial" as const, partialReason: null };
    const text = renderSummaryMarkdown({ ...fixture, run });
    expect(text).toContain(
      "> **Partial run.** The run was cut short: the reason was not recorded.",
    );
    expect(text).toContain("No checks were made");
  });

  test("stays below GitHub's limit, leaving out whole sections and saying so", () => {
    const fixture = fixtureResult();
    const histogram = { ...fixture.histograms[0]!, metric: "é".repeat(1000) };
    const text = renderSummaryMarkdown({
      ...fixture,
      histograms: Array.from({ length: 1000 }, () => histogram),
    });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_BYTES_MAX);
    expect(text).not.toContain("<summary>Latencies</summary>");
    expect(text).toContain("<summary>The run</summary>");
    expect(text).toContain("_Some details were left out for their size");
  });
});

describe("escapeMarkdown", () => {
  test.each([
    ["a | b", String.raw`a \| b`],
    ["<img src=x>", "&lt;img src=x&gt;"],
    ["P&L", "P&amp;L"],
    ["two\nlines", "two lines"],
    ["*bold* `code` [link]", String.raw`\*bold\* \`code\` \[link\]`],
    ["bell\u0007", "bell\ufffd"],
  ])("%j", (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  test("cuts what is longer than a reader wants", () => {
    expect(escapeMarkdown("x".repeat(5000))).toBe(`${"x".repeat(1999)}…`);
  });
});

test("a code block's fence is longer than any in the text", () => {
  expect(markdownCode("a ```` b")).toBe("`````\na ```` b\n`````");
  expect(markdownCode("plain")).toBe("```\nplain\n```");
});
