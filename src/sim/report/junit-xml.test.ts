import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderJunitXml } from "./junit-xml.ts";
import { fixtureResult } from "./result.fixture.ts";

function attribute(xml: string, element: string, name: string): readonly string[] {
  const pattern = new RegExp(`<${element} [^>]*?${name}="([^"]*)"`, "gu");
  return [...xml.matchAll(pattern)].map((match) => match[1] ?? "");
}

describe("renderJunitXml", () => {
  test("has a suite for the run and one for each group", () => {
    expect(attribute(renderJunitXml(fixtureResult()), "testsuite", "name")).toEqual([
      "plimsoll.run",
      "plimsoll.benchmark",
      "plimsoll.throughput",
      "plimsoll.limits",
      "plimsoll.limiter",
      "plimsoll.data",
      "plimsoll.harness",
    ]);
  });

  test("counts the run's verdict and every check", () => {
    const xml = renderJunitXml(fixtureResult());
    // 14 checks and the run; three checks and the run failed; one check is inconclusive.
    expect(xml).toContain(
      '<testsuites name="plimsoll" tests="15" failures="4" errors="0" skipped="1" time="212">',
    );
  });

  test("a failed check says figure, target and why", () => {
    expect(renderJunitXml(fixtureResult())).toContain(
      '<failure message="p99 5,124 ms, target p99 &lt; 500 ms (measured on emulator, 27560 samples)">Missed by 4,624 ms',
    );
  });

  test("an inconclusive check is skipped, never passed", () => {
    expect(renderJunitXml(fixtureResult())).toContain(
      '<skipped message="inconclusive: 118 samples, target ≥ 1,000 samples',
    );
  });

  test("carries what a replay needs", () => {
    const xml = renderJunitXml(fixtureResult());
    expect(xml).toContain('<property name="seed" value="42"/>');
    expect(xml).toContain('<property name="commit" value="1394c84"/>');
    expect(xml).toContain('<property name="target" value="emulator"/>');
    expect(xml).toContain("<system-out>repeat with: npm run sim -- --users 1000");
  });

  test("a partial run is an error, even without a failed check", () => {
    const fixture = fixtureResult({ checks: [], verdict: "pass" });
    const run = { ...fixture.run, status: "partial" as const, partialReason: "Ctrl-C" };
    const xml = renderJunitXml({ ...fixture, run });
    expect(xml).toContain('tests="1" failures="0" errors="1" skipped="0"');
    expect(xml).toContain('<error message="The run was cut short: Ctrl-C.');
  });

  test("holds only characters that XML 1.0 allows, and no markup of a run", () => {
    const fixture = fixtureResult();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const hostile = `${text}]]></failure><x y='"'>&\u0000\u001b\ud800`;
        const checks = fixture.checks.map((check) => ({
          ...check,
          title: hostile,
          detail: hostile,
        }));
        const xml = renderJunitXml({ ...fixture, headline: hostile, checks });
        expect(xml).not.toContain("<x ");
        // https://www.w3.org/TR/xml/#charsets
        expect(xml).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
      { numRuns: 25 },
    );
  });
});
