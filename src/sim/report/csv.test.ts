import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { renderLatencyCsv } from "./latency-csv.ts";
import { fixtureResult } from "./result.fixture.ts";
import { renderSeriesCsv } from "./series-csv.ts";

type Row = Readonly<Record<string, string>>;
const read = (text: string): readonly Row[] => parse(text, { columns: true });

describe("renderSeriesCsv", () => {
  test("has a row for each second, and nothing where there was no sample", () => {
    const result = fixtureResult();
    const rows = read(renderSeriesCsv(result));
    // 30 + 45 + 60 + 40 seconds.
    expect(rows).toHaveLength(175);
    expect(rows[0]).toMatchObject({
      second: "0",
      seconds: "1",
      phase: "baseline",
      queryP95Ms: "",
    });
    expect(rows[1]!["writesOffered"]).toBe(String(result.series[1]!.writesOffered));
  });

  test("has its header even without a row", () => {
    expect(renderSeriesCsv(fixtureResult({ series: [] }))).toMatch(
      /^second,seconds,phase,regime,[^\n]+\n$/u,
    );
  });

  test("quotes what needs it and disarms what a spreadsheet would run", () => {
    const second = { ...fixtureResult().series[0]!, phase: 'a,"b"', regime: "=1+1" };
    expect(read(renderSeriesCsv(fixtureResult({ series: [second] })))[0]).toMatchObject({
      phase: 'a,"b"',
      regime: "'=1+1",
    });
  });
});

test("latency.csv has a row for each histogram with its percentiles", () => {
  const result = fixtureResult();
  const rows = read(renderLatencyCsv(result));
  expect(rows).toHaveLength(12);
  expect(Object.keys(rows[0]!)).toEqual(
    ["metric", "phase", "describes", "unit", "count", "min", "mean"].concat([
      "p50",
      "p90",
      "p95",
      "p99",
      "p999",
      "max",
    ]),
  );
  expect(rows[0]).toMatchObject({ metric: "onboarding", phase: "", count: "1000", unit: "ms" });
  expect(Number(rows[0]!["p99"])).toBe(result.histograms[0]!.p99);
});
