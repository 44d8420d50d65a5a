import type { ProbeSample } from "../probe/probe-sample.ts";
import {
  BEYOND_CHANCE,
  NOTHING,
  percent,
  TOLERATED,
  type ConstantId,
  type FoundConstant,
  type HeldOut,
  type PartFit,
  type Residual,
} from "./found.ts";
import { addedBy, fitLatency, sigmaOf, type LatencyFit } from "./fit-latency.ts";
import { groupBy, mean, resampled, stretched95, type Bootstrap } from "./statistics.ts";

/** What is timed at rest, and the constants that say how long it takes. */
interface RestSeries {
  readonly kind: "commit" | "read";
  readonly noun: string;
  readonly p50: ConstantId;
  readonly p99: ConstantId;
  readonly each: readonly ConstantId[];
  readonly sizeOf: (sample: ProbeSample) => readonly number[];
}

export const REST_SERIES = {
  commit: {
    kind: "commit",
    noun: "commits",
    p50: "commit-p50",
    p99: "commit-p99",
    each: ["commit-per-document", "commit-per-index-entry", "commit-per-kib"],
    sizeOf: ({ documents, indexEntries, bytes }) => [documents - 1, indexEntries, bytes / 1024],
  },
  read: {
    kind: "read",
    noun: "lookups",
    p50: "read-p50",
    p99: "read-p99",
    each: ["read-per-document", "read-per-kib"],
    sizeOf: ({ documents, bytes }) => [documents - 1, bytes / 1024],
  },
} as const satisfies Record<string, RestSeries>;

/** Below this nothing is said of a distribution. */
const SAMPLES_MIN = 100;

/** A call at rest, with what is known to have nothing to do with how long it takes there taken off. */
export interface RestCall {
  readonly sample: ProbeSample;
  /** Beyond the round trip and the queues that it found. */
  readonly tookMs: number;
}

export interface RestFit extends PartFit {
  readonly latency: LatencyFit | undefined;
}

/** Fits how long calls take that wait for nothing, and what their size adds. */
export function fitRest(
  series: RestSeries,
  calls: readonly RestCall[],
  { rng, replicates: count }: Bootstrap,
): RestFit {
  const answered = calls.filter(({ sample }) => sample.outcome === "OK");
  const fitted = answered.filter(({ sample }) => !sample.heldOut);
  if (fitted.length < SAMPLES_MIN) {
    const why = `only ${fitted.length} ${series.noun} were answered; it takes ${SAMPLES_MIN}`;
    const ids = [series.p50, series.p99, ...series.each];
    return { ...NOTHING, notFound: ids.map((id) => ({ id, why })), latency: undefined };
  }
  const timed = fitted.map((call) => ({ tookMs: call.tookMs, size: series.sizeOf(call.sample) }));
  const latency = fitLatency(timed);
  if (!isLatency(latency)) return noneFits(series);
  const cells = fitted.map(({ sample }) => sample.cell);
  const replicates = Array.from({ length: count }, () =>
    fitLatency(timed, { weights: resampled(cells, rng), near: latency }),
  ).filter(isLatency);
  const refused = calls.length - answered.length;
  return {
    latency,
    found: foundOf(series, latency, replicates, fitted.length),
    notFound: [],
    heldOut: heldOutOf(series, latency, answered),
    residuals: residualsOf(series, latency, fitted).map(({ residual }) => residual),
    lackOfFit: [
      ...sizeFaults(series, latency, fitted),
      ...shapeFaults(series, latency, fitted),
      ...(refused > calls.length / 100
        ? [
            `${refused} of ${calls.length} ${series.noun} far below any limit were refused, which the model never does.`,
          ]
        : []),
    ],
  };
}

/** A spread beyond which half of all calls are a thousand times as fast as the slowest in a hundred. */
const SPREAD_MAX = 1000;

/** A search that finds nothing ends at the edge of what there is. */
function isLatency({ p50, p99, each }: LatencyFit): boolean {
  return p50 > 0 && p99 < SPREAD_MAX * p50 && each.every(Number.isFinite);
}

function noneFits(series: RestSeries): RestFit {
  const why = `no log-normal distribution, with a line of size, fits the ${series.noun}`;
  const ids = [series.p50, series.p99, ...series.each];
  return {
    ...NOTHING,
    notFound: ids.map((id) => ({ id, why })),
    lackOfFit: [`${why}: what they take follows another law.`],
    latency: undefined,
  };
}

function foundOf(
  { p50, p99, each }: RestSeries,
  fit: LatencyFit,
  replicates: readonly LatencyFit[],
  samples: number,
): readonly FoundConstant[] {
  const found = (id: ConstantId, figure: (fit: LatencyFit) => number): FoundConstant => ({
    id,
    value: figure(fit),
    ...stretched95(figure(fit), replicates.map(figure)),
    samples,
  });
  return [
    found(p50, (one) => one.p50),
    found(p99, (one) => one.p99),
    ...each.map((id, axis) => found(id, (one) => one.each[axis] ?? 0)),
  ];
}

/** Deviations at which a distribution is looked at, evenly likely: enough to take a mean. */
const STEPS = Array.from({ length: 41 }, (_, index) => normalQuantile((index + 0.5) / 41));

/** Of the logarithm of a latency of this size, by the fit. */
function meanLog(fit: LatencyFit, size: readonly number[]): number {
  const sigma = sigmaOf(fit);
  const added = addedBy(fit.each, size);
  return mean(STEPS.map((deviations) => Math.log(fit.p50 * Math.exp(sigma * deviations) + added)));
}

/** Geometric means, over which one slow call has no power. */
function heldOutOf(
  series: RestSeries,
  fit: LatencyFit,
  answered: readonly RestCall[],
): readonly HeldOut[] {
  const kept = answered.filter(({ sample }) => sample.heldOut);
  const largest = (cell: string): string =>
    /^1 document$/.test(cell) ? `${series.noun} of 1 document` : `${series.noun} that are larger`;
  return [...groupBy(kept, ({ sample }) => largest(sample.cell))].map(([probe, calls]) => ({
    probe,
    predicted: Math.exp(mean(calls.map(({ sample }) => meanLog(fit, series.sizeOf(sample))))),
    seen: Math.exp(mean(calls.map(({ tookMs }) => Math.log(Math.max(0.1, tookMs))))),
    unit: "ms (geometric mean)",
    samples: calls.length,
  }));
}

interface CellResidual {
  readonly residual: Residual;
  /** Of the relative residual. */
  readonly standardError: number;
}

function residualsOf(
  series: RestSeries,
  fit: LatencyFit,
  fitted: readonly RestCall[],
): readonly CellResidual[] {
  return [...groupBy(fitted, ({ sample }) => sample.cell)].map(([cell, calls]) => {
    const logs = calls.map(
      ({ tookMs, sample }) => Math.log(Math.max(0.1, tookMs)) - meanLog(fit, series.sizeOf(sample)),
    );
    const middle = mean(logs);
    const spread = Math.sqrt(mean(logs.map((log) => (log - middle) ** 2)) / calls.length);
    const relative = Math.exp(middle) - 1;
    const residual = { probe: `${series.noun}: ${cell}`, relative, samples: calls.length };
    return { residual, standardError: Math.exp(middle) * spread };
  });
}

/** Whether what size adds is a line. */
function sizeFaults(
  series: RestSeries,
  fit: LatencyFit,
  fitted: readonly RestCall[],
): readonly string[] {
  return residualsOf(series, fit, fitted).flatMap(({ residual, standardError }) => {
    const { probe, relative } = residual;
    if (Math.abs(relative) <= Math.max(TOLERATED, BEYOND_CHANCE * standardError)) return [];
    const how = relative > 0 ? "longer" : "shorter";
    return [
      `${probe} took ${percent(Math.abs(relative))} ${how} than the fitted model says: what size adds is no line.`,
    ];
  });
}

/** Parts of the samples that must lie below these quantiles of the fit, and beyond. */
const LOOKED_AT = [0.1, 0.5, 0.9, 0.99] as const;
/** Off by so much, a distribution is of another shape. */
const SHAPE_TOLERATED = { 0.1: 0.04, 0.5: 0.06, 0.9: 0.04, 0.99: 0.012 } as const;

/** Whether the latencies are log-normal. */
function shapeFaults(
  series: RestSeries,
  fit: LatencyFit,
  fitted: readonly RestCall[],
): readonly string[] {
  const sigma = sigmaOf(fit);
  const deviations = fitted.map(({ tookMs, sample }) => {
    const rest = Math.max(0.01, tookMs - addedBy(fit.each, series.sizeOf(sample)));
    return (Math.log(rest) - Math.log(fit.p50)) / sigma;
  });
  return LOOKED_AT.flatMap((part) => {
    const bound = normalQuantile(part);
    const below = deviations.filter((one) => one <= bound).length / deviations.length;
    const chance = Math.sqrt((part * (1 - part)) / deviations.length);
    if (Math.abs(below - part) <= Math.max(SHAPE_TOLERATED[part], BEYOND_CHANCE * chance))
      return [];
    const boundMs = Math.round(fit.p50 * Math.exp(sigma * bound));
    return [
      `${percent(below)} of ${series.noun} took at most ${boundMs} ms (beside what their size adds), where the fitted log-normal distribution has ${percent(part)}: latencies are spread in another way.`,
    ];
  });
}

/** Of the standard normal distribution: Abramowitz and Stegun, formula 26.2.23, to 0.0005. */
function normalQuantile(part: number): number {
  if (part > 0.5) return -normalQuantile(1 - part);
  const t = Math.sqrt(-2 * Math.log(part));
  const numerator = 2.515_517 + 0.802_853 * t + 0.010_328 * t * t;
  const denominator = 1 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t ** 3;
  return numerator / denominator - t;
}
