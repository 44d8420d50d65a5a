import { describe, expect, test } from "vitest";
import { ReportError } from "./report-error.ts";
import { renderResultJson } from "./result-json.ts";
import type { CountedStretch } from "../measure/counted-operations.ts";
import { fixtureResult } from "./result.fixture.ts";
import { resultSchema, type Result } from "./result.ts";

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, nested]) => [key, reversed(nested)]));
}

describe("renderResultJson", () => {
  test("reads back as the same result", () => {
    const result = fixtureResult();
    expect(resultSchema.parse(JSON.parse(renderResultJson(result)))).toEqual(result);
  });

  test("gives the same bytes whatever the order of the keys was", () => {
    const result = fixtureResult({
      limiter: {
        strategy: "paced",
        preset: "default",
        config: { a: { c: 1, b: [{ e: 1, d: 2 }] } },
      },
    });
    expect(renderResultJson(reversed(result) as Result)).toBe(renderResultJson(result));
  });

  test("has the fields in the schema's order, and a second on one line", () => {
    const text = renderResultJson(fixtureResult());
    const present = Object.keys(resultSchema.shape).filter(
      (name) => name !== "counted" && name !== "monitoring",
    );
    expect(Object.keys(JSON.parse(text) as object)).toEqual(present);
    expect(text).toMatch(/^ {4}\{"second":0,"phase":"baseline",.*\},$/mu);
  });

  test("has what a staging run counted, a second on one line", () => {
    const counted = {
      stretchMs: 1000,
      stretches: [1, 2].map((at): CountedStretch => {
        return { at, reads: [1, 2], writes: [3, 3], deletes: [0, 0], refused: [0, 0] };
      }),
    };
    const result = fixtureResult({ counted });
    const text = renderResultJson(result);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(result)));
    expect(text).toMatch(/^ {6}\{"at":1,"reads":\[1,2\],.*\},$/mu);
    expect(text).toMatch(/^ {4}\{"second":0,"phase":"baseline",.*\},$/mu);
  });

  test("reads back without a series too", () => {
    const result = fixtureResult({ series: [] });
    expect(JSON.parse(renderResultJson(result))).toEqual(JSON.parse(JSON.stringify(result)));
  });

  test("refuses what does not fit the schema, naming the field", () => {
    const fixture = fixtureResult();
    const wrong = { ...fixture, population: { ...fixture.population, users: 1.5 } };
    expect(() => renderResultJson(wrong)).toThrow(ReportError);
    expect(() => renderResultJson(wrong)).toThrow(/population\.users: /u);
  });
});
