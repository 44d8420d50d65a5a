import { beforeAll, describe, expect, test } from "vitest";
import { readReportAssets } from "./report-assets.ts";
import { renderReportHtml, type ReportAssets } from "./report-html.ts";
import { fixtureResult } from "./result.fixture.ts";
import type { Result } from "./result.ts";

let assets: ReportAssets;
beforeAll(async () => {
  assets = await readReportAssets();
});

/** The page's text as a reader sees it, without scripts, styles and tags. */
function textOf(page: string): string {
  return page
    .replaceAll(/<(script|style)[^>]*>.*?<\/\1>/gsu, "")
    .replaceAll(/<[^>]*>/gu, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&amp;", "&")
    .replaceAll("&#39;", "'")
    .replaceAll(/\s+/gu, " ");
}

/** The same without one of its fields. */
function omit<T extends object, Key extends keyof T>(whole: T, key: Key): Omit<T, Key> {
  const rest = { ...whole };
  delete rest[key];
  return rest;
}

const render = (result: Result): string => renderReportHtml(result, assets);

describe("renderReportHtml", () => {
  test("says verdict, headline and what broke first before anything else", () => {
    const text = textOf(render(fixtureResult()));
    const order = [
      "FAIL 1,000 users are not safe",
      "What broke first P&L latency crossed 500 ms",
      "Benchmark table Verdict Metric Target Figure",
      "Write throughput: offered and achieved",
      "Write rate over time",
      "Latency over time",
      "Latency distributions",
      "Limits met The gateway delayed and refused",
      "Limiter and fairness",
      "This run Repeat it with: npm run sim",
      "What the words mean",
    ].map((words) => text.indexOf(words));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
  });

  test("shows each check with all its figures, and why it did not pass", () => {
    const text = textOf(render(fixtureResult()));
    expect(text).toContain(
      "FAIL P&L update latency section 6 p99 < 500 ms p99 5,124 ms 925% above 27,560 measured on emulator Missed by 4,624 ms",
    );
  });

  test("names each limit met, on what, when, and the remedy", () => {
    const text = textOf(render(fixtureResult()));
    const subject = "index range users/u-0001/shadowTradeHistory (status ASC, created_at DESC)";
    expect(text).toContain(
      `high-volatility 31 9 RESOURCE_EXHAUSTED sequential-index-writes ${subject}`,
    );
    expect(text).toContain("which takes 500 however long they go on. Exempt created_at");
    expect(text).toContain(
      `high-volatility 152% 762/s 500/s 4,210 310 14 sequential-index-writes ${subject}`,
    );
    expect(text).toContain("shadowTradeHistory, 4 queries { &quot;collectionGroup&quot;");
    expect(text).toContain("Figures of the model that nobody publishes (1 assumed)");
  });

  test.each([
    ["observe", "what is shown here is what would have been"],
    ["off", "nobody was asked whether production would have taken this load. No phase was asked"],
  ] as const)("says what limits %s means", (limits, words) => {
    const result = fixtureResult();
    const phases =
      limits === "off" ? result.phases.map((phase) => omit(phase, "limits")) : result.phases;
    const text = textOf(render({ ...result, phases, target: { ...result.target, limits } }));
    expect(text).toContain(words);
  });

  test("says what was modelled, and that the embedded engine evaluates no rules", () => {
    const { target, ...others } = fixtureResult();
    const changed = { kind: "embedded", latency: "nam5", evaluatesRules: false } as const;
    const text = textOf(render({ ...others, target: { ...target, ...changed } }));
    expect(text).toContain("Ran on embedded engine Limits on Latency nam5 (assumed)");
    expect(text).toContain("Latencies of nam5 were added (assumed).");
    expect(text).toContain("Security rules not evaluated on the embedded engine; covered by");
    const posed = { ...target, kind: "staging", evaluatesRules: false } as const;
    expect(textOf(render({ ...others, target: posed }))).toContain(
      "Security rules the posed project says whether it evaluates them",
    );
  });

  test("shows offered and achieved rates of each phase", () => {
    expect(textOf(render(fixtureResult()))).toContain(
      "high-volatility 1 min 0 s 333/s 99.8/s 30% 19,980 5,988 500 writes at 88 s 2/s",
    );
  });

  test("has a distribution chart for each metric with samples", () => {
    const page = render(fixtureResult());
    expect(page.match(/class="percentiles"/gu)).toHaveLength(6);
    expect(page.match(/class="curve" d="M0 4h28"/gu)).toHaveLength(12);
  });

  test("loads nothing: no address outside its own text, and a policy that forbids it", () => {
    const page = render(fixtureResult());
    expect(page).toContain("default-src &#39;none&#39;");
    expect(page).not.toMatch(/\b(?:src|href)="(?!#)/u);
    expect(page).not.toMatch(/@import|url\(/u);
  });

  test("every place the navigation leads to is there", () => {
    const page = render(fixtureResult());
    const targets = [...page.matchAll(/href="#([^"]+)"/gu)].map((match) => match[1]);
    expect(targets.length).toBeGreaterThan(9);
    for (const target of targets) expect(page).toContain(`id="${target}"`);
  });

  test("escapes every text of the result", () => {
    const mark = "<zz>&\"'";
    const replaced = JSON.parse(
      JSON.stringify(fixtureResult(), (key, value: unknown) =>
        typeof value === "string" && !["group", "basis", "verdict", "kind", "status"].includes(key)
          ? mark
          : value,
      ),
    ) as Result;
    expect(render(replaced)).not.toContain("<zz");
  });

  test("marks a partial run at the top and renders with nothing in it", () => {
    const fixture = fixtureResult({
      checks: [],
      phases: [],
      histograms: [],
      series: [],
      brokeFirst: null,
      verdict: "inconclusive",
    });
    const run = { ...fixture.run, status: "partial" as const, partialReason: "Ctrl-C" };
    const text = textOf(render({ ...fixture, run }));
    expect(text).toContain("Partial run. The run was cut short: Ctrl-C.");
    expect(text.indexOf("Partial run.")).toBeLessThan(text.indexOf(fixture.headline));
    expect(text).toContain("No checks were made, so nothing was verified.");
    expect(text).toContain("No phase was run.");
    expect(text).toContain("No latency was measured.");
    expect(text).not.toMatch(/NaN|Infinity|undefined/u);
  });

  test("shows a histogram without samples in the table only", () => {
    const fixture = fixtureResult();
    const histograms = [{ ...fixture.histograms[0]!, count: 0 }];
    const page = render({ ...fixture, histograms });
    expect(page).not.toContain('class="percentiles"');
    expect(textOf(page)).toContain("onboarding provisioning 0 – – – – – – – –");
    expect(textOf(page)).not.toMatch(/NaN|Infinity|undefined/u);
  });
});
