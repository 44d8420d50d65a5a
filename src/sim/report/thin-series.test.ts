import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixtureResult } from "./result.fixture.ts";
import { secondSchema, type Second } from "./result.ts";
import { PHASE_ROWS_MAX, secondsOf, thinPhases, thinSeries } from "./thin-series.ts";

const COUNTS = [
  "marketUpdates",
  "writesOffered",
  "writesCommitted",
  "commits",
  "retries",
  "refusals",
  "clientOperations",
  "clientErrors",
] as const;
const FIGURES = ["pnlP99Ms", "queryP95Ms", "limiterRate", "limiterBacklogMs"] as const;

const ROW = fixtureResult().series[0]!;

function rowsOf(changes: readonly Partial<Second>[]): Second[] {
  return changes.map((change, second) => ({ ...ROW, second, ...change }));
}

const count = fc.nat({ max: 1000 });
const figure = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }));
const anyRow: fc.Arbitrary<Partial<Second>> = fc.record({
  phase: fc.constant("a"),
  regime: fc.constantFrom("calm", "active"),
  ...(Object.fromEntries(COUNTS.map((field) => [field, count])) as Record<
    (typeof COUNTS)[number],
    typeof count
  >),
  ...(Object.fromEntries(FIGURES.map((field) => [field, figure])) as Record<
    (typeof FIGURES)[number],
    typeof figure
  >),
});
const anyPhase = (phase: string) =>
  fc.array(anyRow, { maxLength: 60 }).map((rows) => rows.map((row) => ({ ...row, phase })));
const anySeries = fc
  .tuple(anyPhase("a"), anyPhase("b"))
  .map(([a, b]): readonly Second[] => rowsOf([...a, ...b]));

function sum(rows: readonly Second[], field: (typeof COUNTS)[number]): number {
  return rows.reduce((total, row) => total + row[field], 0);
}

function worst(rows: readonly Second[], field: (typeof FIGURES)[number]): number | null {
  const sampled = rows.flatMap((row) => row[field] ?? []);
  return sampled.length === 0 ? null : Math.max(...sampled);
}

describe("thinPhases", () => {
  test("keeps every sum, the worst figure and the busiest second of each phase, and no gap", () => {
    fc.assert(
      fc.property(anySeries, fc.integer({ min: 1, max: 20 }), (series, rowsMax) => {
        const thin = thinPhases(series, rowsMax);
        for (const phase of ["a", "b"]) {
          const all = series.filter((row) => row.phase === phase);
          const kept = thin.filter((row) => row.phase === phase);
          expect(kept.length).toBeLessThanOrEqual(rowsMax);
          for (const field of COUNTS) expect(sum(kept, field)).toBe(sum(all, field));
          for (const field of FIGURES) expect(worst(kept, field)).toBe(worst(all, field));
          const busiest = kept.map((row) => row.writesCommittedMax ?? row.writesCommitted);
          expect(Math.max(0, ...busiest)).toBe(
            Math.max(0, ...all.map(({ writesCommitted }) => writesCommitted)),
          );
        }
        let next = 0;
        for (const row of thin) {
          expect(row.second).toBe(next);
          next += secondsOf(row);
          expect(secondSchema.safeParse(row).success).toBe(true);
        }
        expect(next).toBe(series.length);
      }),
    );
  });

  test("leaves an hour as it is, and makes rows of 24 seconds of a day", () => {
    const hour = rowsOf(Array.from({ length: PHASE_ROWS_MAX }, () => ({})));
    expect(thinPhases(hour)).toEqual(hour);
    const day = thinPhases(rowsOf(Array.from({ length: 86_400 }, () => ({}))));
    expect(day).toHaveLength(3600);
    expect(new Set(day.map(secondsOf))).toEqual(new Set([24]));
  });

  test("names a stretch by the regime it was longest in, the earlier of two", () => {
    const regimes = ["calm", "active", "active", "halt"].map((regime) => ({ regime }));
    expect(thinPhases(rowsOf(regimes), 1).map(({ regime }) => regime)).toEqual(["active"]);
    expect(thinPhases(rowsOf(regimes), 2).map(({ regime }) => regime)).toEqual(["calm", "active"]);
  });
});

test("the median row's p50 stands for all, without those that have no sample", () => {
  const p50 = (figures: readonly (number | null)[]): unknown =>
    thinPhases(rowsOf(figures.map((pnlP50Ms) => ({ pnlP50Ms }))), 1)[0]?.pnlP50Ms;
  expect(p50([9, null, 1, 4])).toBe(4);
  expect(p50([9, 1, 4, 5])).toBe(4);
  expect(p50([null, null])).toBe(null);
});

test("thinSeries thins once more what was thinned, to the same as at once", () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      const twice = thinSeries(thinSeries(series, 3), 2);
      const once = thinSeries(series, 6);
      const figures = (rows: readonly Second[]): unknown =>
        rows.map((row) => ({ ...row, regime: "any", pnlP50Ms: null }));
      expect(figures(twice)).toEqual(figures(once));
    }),
  );
});
