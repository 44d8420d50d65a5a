import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeDistributions, type Distribution } from "./distribution.ts";
import type { Amount, DeltaSeries, MetricKind, Point, SeriesPart } from "./metric-series.ts";
import { assembleSeries, countOf } from "./to-deltas.ts";

const MINUTE = 60_000;

/** What really happened in a series: how much in each minute, and before which it began anew. */
interface Truth {
  readonly labels: Readonly<Record<string, string>>;
  readonly minutes: readonly { readonly amount: number; readonly isReset: boolean }[];
}

const truths = fc.uniqueArray(
  fc.record({
    labels: fc.record({ op: fc.constantFrom("CREATE", "UPDATE", "LOOKUP", "QUERY") }),
    minutes: fc.array(fc.record({ amount: fc.nat(1_000), isReset: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    }),
  }),
  { selector: ({ labels }) => labels.op, minLength: 1, maxLength: 4 },
);

function pointsOf({ minutes }: Truth, kind: MetricKind, valueOf: (amount: number) => Amount) {
  let startMs = 0;
  let total = 0;
  return minutes.map(({ amount, isReset }, index): Point => {
    const endMs = (index + 1) * MINUTE;
    if (kind === "DELTA") return { startMs: index * MINUTE, endMs, value: valueOf(amount) };
    if (isReset || index === 0) {
      startMs = index * MINUTE;
      total = 0;
    }
    total += amount;
    return { startMs, endMs, value: valueOf(total) };
  });
}

/** Cuts each series' points into parts of one page each, in any order, some of them told twice. */
function pagesOf(truth: readonly Truth[], kind: MetricKind, valueOf: (amount: number) => Amount) {
  const parts = truth.flatMap(({ labels, ...rest }) =>
    pointsOf({ labels, ...rest }, kind, valueOf).map((point): SeriesPart => ({
      labels,
      resourceLabels: {},
      kind,
      points: [point],
    })),
  );
  return fc
    .tuple(fc.shuffledSubarray(parts, { minLength: parts.length }), fc.subarray(parts))
    .map(([all, again]) => [...all, ...again]);
}

function totals(
  series: readonly DeltaSeries[],
): ReadonlyMap<string | undefined, readonly (readonly number[])[]> {
  return new Map(
    series.map(({ labels, deltas }) => [
      labels["op"],
      deltas.map(({ value, startMs, endMs }) => [countOf(value), startMs, endMs]),
    ]),
  );
}

function expected(truth: readonly Truth[]) {
  return new Map(
    truth.map(({ labels, minutes }) => [
      labels["op"],
      minutes.map(({ amount }, index) => [amount, index * MINUTE, (index + 1) * MINUTE]),
    ]),
  );
}

/** So many values, a third of them in the upper bucket. */
function spread(amount: number): Distribution {
  const upper = Math.floor(amount / 3);
  const buckets = [
    { lower: 0, upper: 1, count: amount - upper },
    { lower: 1, upper: Infinity, count: upper },
  ].filter(({ count }) => count > 0);
  return { count: amount, sum: amount * 0.5, buckets };
}

describe("assembling a metric's series", () => {
  it.each(["DELTA", "CUMULATIVE"] as const)(
    "finds what came in each minute of %s, however it was cut into pages and repeated",
    (kind) => {
      const cases = truths.chain((truth) =>
        fc.record({ truth: fc.constant(truth), parts: pagesOf(truth, kind, Number) }),
      );
      fc.assert(
        fc.property(cases, ({ truth, parts }) => {
          const { series, remarks } = assembleSeries(parts);
          expect(totals(series)).toEqual(expected(truth));
          expect(remarks.filter(({ spoils }) => spoils)).toEqual([]);
        }),
      );
    },
  );

  it("does not care in which order parts come", () => {
    const cases = truths.chain((truth) =>
      fc.tuple(pagesOf(truth, "DELTA", spread), fc.constant(truth)),
    );
    fc.assert(
      fc.property(cases, ([parts, truth]) => {
        const { series } = assembleSeries(parts);
        for (const { labels, deltas } of series) {
          const whole = mergeDistributions(deltas.map(({ value }) => value as Distribution));
          const minutes = truth.find((one) => one.labels["op"] === labels["op"])?.minutes ?? [];
          const amounts = mergeDistributions(minutes.map(({ amount }) => spread(amount)));
          expect(whole.buckets).toEqual(amounts.buckets);
        }
      }),
    );
  });

  it("takes the differences of cumulative distributions", () => {
    const kind = "CUMULATIVE";
    const value = (amount: number) => spread(amount * 3);
    const points = [2, 5, 5, 9].map((amount, index): Point => {
      return { startMs: 0, endMs: (index + 1) * MINUTE, value: value(amount) };
    });
    const { series } = assembleSeries([{ labels: {}, resourceLabels: {}, kind, points }]);
    expect(series[0]?.deltas.map((delta) => countOf(delta.value))).toEqual([6, 9, 0, 12]);
  });

  it.each([
    [
      "a counter that falls without a new start",
      "CUMULATIVE",
      [
        [0, 60, 9],
        [0, 120, 4],
      ],
      [9, 4],
    ],
    [
      "intervals that overlap",
      "DELTA",
      [
        [0, 60, 9],
        [30, 90, 4],
      ],
      [9, 4],
    ],
    [
      "a counter that was replaced, told late",
      "CUMULATIVE",
      [
        [0, 60, 9],
        [50, 120, 4],
        [0, 180, 9],
      ],
      [9, 4],
    ],
  ] as const)("says that %s spoils the count", (_what, kind, told, amounts) => {
    const points = told.map(([start, end, value]) => {
      return { startMs: start * 1000, endMs: end * 1000, value };
    });
    const { series, remarks } = assembleSeries([{ labels: {}, resourceLabels: {}, kind, points }]);
    expect(series[0]?.deltas.map(({ value }) => value)).toEqual(amounts);
    expect(remarks.some(({ spoils }) => spoils)).toBe(true);
  });

  it("lets the larger of two values for one interval hold, and says so", () => {
    const part = (value: number): SeriesPart => ({
      labels: {},
      resourceLabels: {},
      kind: "DELTA",
      points: [{ startMs: 0, endMs: MINUTE, value }],
    });
    for (const parts of [
      [part(3), part(8)],
      [part(8), part(3)],
    ]) {
      const { series, remarks } = assembleSeries(parts);
      expect(series[0]?.deltas.map(({ value }) => value)).toEqual([8]);
      expect(remarks).toEqual([
        { text: "1 point told twice with different values; the larger counts", spoils: false },
      ]);
    }
  });

  it("keeps series of other labels and other resources apart", () => {
    const part = (op: string, location: string): SeriesPart => ({
      labels: { op },
      resourceLabels: { location },
      kind: "DELTA",
      points: [{ startMs: 0, endMs: MINUTE, value: 1 }],
    });
    const { series } = assembleSeries([part("A", "x"), part("B", "x"), part("A", "y")]);
    expect(series).toHaveLength(3);
  });
});
