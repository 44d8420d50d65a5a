import {
  addRanges,
  type CountedOperations,
  type Quantity,
  type Range,
} from "../../measure/counted-operations.ts";
import type { Comparison } from "../../report/monitoring-evidence.ts";
import { MONITORING_ALLOWED, MONITORING_SHARE } from "../../verify/benchmark-table.ts";
import type { Delta, DeltaSeries } from "../series/metric-series.ts";
import { totalOf } from "../series/to-deltas.ts";

/** A stretch of time, its end not included. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What Monitoring was found to say of one quantity. */
export interface Monitored {
  readonly metric: string | null;
  readonly series: readonly DeltaSeries[];
  readonly remarks: readonly string[];
  /** Why the amounts cannot be relied upon; null when they can. */
  readonly spoiled: string | null;
}

export interface CompareOptions {
  /** What is compared: from the first operation to the last. */
  readonly window: Span;
  /** Of which time points were asked for, and could be seen. */
  readonly seen: Span;
  readonly samplePeriodMs: number;
  readonly isSettled: boolean;
}

/**
 * The run dates an operation by its answer, the service by its own clock: the clocks may differ by
 * a second, an answer may take longer than that, and the run counts by the second. What was counted
 * this near to an end of the span may be on the other side of it for Monitoring. Samples that begin
 * or end so near to the window are looked at with it.
 */
const EDGE_MS = 5000;

/** Of what was counted, a part without gaps must hold this much to stand for the whole. */
const REST_SHARE = 0.5;
/** More than others would have come to by their rate in quiet times is not theirs. */
const OTHERS_FACTOR = 2;

/**
 * Sets a metric's samples beside what the run counted over exactly the same time. Samples do not
 * begin and end with the run: the span is widened to those that touch it, and what the run counted
 * is taken from the same span.
 */
export function compareCounts(
  quantity: Quantity,
  counted: CountedOperations,
  monitored: Monitored,
  options: CompareOptions,
): Comparison {
  const deltas = monitored.series.flatMap((series) => series.deltas);
  const near = deltas.filter((delta) => overlaps(delta, widened(options.window, EDGE_MS)));
  const span = spanOf(options.window, near);
  const own = new OwnCount(quantity, counted);
  const total = own.within(span);
  const amount = totalOf(near);
  const tolerance = toleranceOf(own, span, total);
  const gaps = gapsOf(monitored.series, span, own, options.samplePeriodMs);
  const background = backgroundOf(deltas, near, own, span, options.seen);
  const finding = findingOf({
    options,
    monitored,
    near,
    amount,
    total,
    tolerance,
    gaps,
    background,
    own,
    span,
  });
  return {
    quantity,
    finding,
    metric: monitored.metric,
    span: toIso(span),
    points: near.length,
    monitored: amount,
    counted: [total[0], total[1]],
    tolerance,
    background,
    // Seconds in which nothing happened have no samples either: where all agrees they are no gaps.
    gaps: finding === "agrees" ? [] : gaps.map(toIso),
    remarks: [...(monitored.spoiled === null ? [] : [monitored.spoiled]), ...monitored.remarks],
  };
}

export function toIso({ fromMs, toMs }: Span): Comparison["span"] {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

interface Facts {
  readonly options: CompareOptions;
  readonly monitored: Monitored;
  readonly near: readonly Delta[];
  readonly amount: number;
  readonly total: Range;
  readonly tolerance: number;
  readonly gaps: readonly Span[];
  readonly background: number | null;
  readonly own: OwnCount;
  readonly span: Span;
}

function findingOf(facts: Facts): Comparison["finding"] {
  const { monitored, near, amount, total, tolerance, background } = facts;
  if (monitored.metric === null) return "no-metric";
  if (monitored.spoiled !== null) return "spoiled";
  if (near.length === 0 && total[1] > 0) return "no-points";
  if (amount > total[1] + tolerance) {
    const excess = amount - total[1];
    const isOthers = background !== null && excess <= OTHERS_FACTOR * background + tolerance;
    return isOthers ? "others" : "more";
  }
  if (amount >= total[0] - tolerance) return "agrees";
  if (explainedByGaps(facts)) return "gap";
  return facts.options.isSettled ? "fewer" : "unsettled";
}

/** Whether the rest agrees once the gaps are cut out of both counts, and is most of the whole. */
function explainedByGaps({ near, gaps, own, span, total }: Facts): boolean {
  if (gaps.length === 0) return false;
  const rest = near.filter((delta) => !gaps.some((gap) => overlaps(delta, gap)));
  const amount = totalOf(rest);
  const restSpans = without(span, gaps);
  const counted = restSpans.map((one) => own.within(one)).reduce(addRanges, [0, 0]);
  const tolerance = restSpans.reduce(
    (most, one) => most + toleranceOf(own, one, own.within(one)),
    0,
  );
  return (
    counted[1] >= REST_SHARE * total[1] &&
    amount >= counted[0] - tolerance &&
    amount <= counted[1] + tolerance
  );
}

/**
 * One in a hundred, or a few: "excluding data loss due to errors", as the service's descriptors say,
 * and no figure is published for it; what a lost answer leaves open is in the count's own range
 * already. Besides, where the run went on beyond an end of the span: all that was counted around it.
 */
function toleranceOf(own: OwnCount, { fromMs, toMs }: Span, total: Range): number {
  const before = { fromMs: fromMs - EDGE_MS, toMs: fromMs };
  const after = { fromMs: toMs, toMs: toMs + EDGE_MS };
  const atStart =
    own.within(before)[1] === 0 ? 0 : own.within({ ...before, toMs: fromMs + EDGE_MS })[1];
  const atEnd =
    own.within(after)[1] === 0 ? 0 : own.within({ ...after, fromMs: toMs - EDGE_MS })[1];
  return Math.max(MONITORING_ALLOWED, MONITORING_SHARE * total[1]) + atStart + atEnd;
}

/** A run's own count of one quantity, by stretches of time. */
class OwnCount {
  readonly #stretchMs: number;
  readonly #ranges: readonly { readonly atMs: number; readonly range: Range }[];

  constructor(quantity: Quantity, { stretchMs, stretches }: CountedOperations) {
    this.#stretchMs = stretchMs;
    this.#ranges = stretches.map((stretch) => ({
      atMs: stretch.at * stretchMs,
      range: stretch[quantity],
    }));
  }

  /** Of stretches whose middle lies within. */
  within({ fromMs, toMs }: Span): Range {
    return this.#ranges
      .filter(({ atMs }) => {
        const middleMs = atMs + this.#stretchMs / 2;
        return middleMs >= fromMs && middleMs < toMs;
      })
      .map(({ range }) => range)
      .reduce(addRanges, [0, 0]);
  }
}

/**
 * Stretches without a sample where there should be one: between two samples of a series, and where
 * no series has one although the run counted something. Nothing counted and nothing told is no gap.
 */
function gapsOf(
  series: readonly DeltaSeries[],
  span: Span,
  own: OwnCount,
  samplePeriodMs: number,
): readonly Span[] {
  const ofSeries = series.flatMap(({ deltas }) => holesBetween(deltas, samplePeriodMs));
  const all = series
    .flatMap(({ deltas }) => deltas)
    .sort((left, right) => left.startMs - right.startMs);
  const shortestMs = Math.min(EDGE_MS, samplePeriodMs / 2);
  const uncovered = without(
    span,
    all.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs })),
  );
  return merged([
    ...ofSeries.filter((hole) => spansOverlap(hole, span)),
    // Between the end of a point and the start of the next lie some milliseconds.
    ...uncovered.filter(({ fromMs, toMs }) => toMs - fromMs > shortestMs),
  ]).filter((gap) => own.within(gap)[1] > 0);
}

function holesBetween(deltas: readonly Delta[], samplePeriodMs: number): readonly Span[] {
  return deltas.flatMap((delta, index) => {
    const next = deltas[index + 1];
    if (next === undefined || next.startMs - delta.endMs <= samplePeriodMs / 2) return [];
    return [{ fromMs: delta.endMs, toMs: next.startMs }];
  });
}

/**
 * What others would have come to in the span, by what was monitored while the run did nothing: the
 * only way that they can be recognised. null when no such time was seen, or the run was at work then.
 */
function backgroundOf(
  deltas: readonly Delta[],
  near: readonly Delta[],
  own: OwnCount,
  span: Span,
  seen: Span,
): number | null {
  const quiet = [
    { fromMs: seen.fromMs, toMs: span.fromMs },
    { fromMs: span.toMs, toMs: seen.toMs },
  ].filter((one) => one.toMs > one.fromMs && own.within(one)[1] === 0);
  const quietMs = quiet.reduce((total, { fromMs, toMs }) => total + toMs - fromMs, 0);
  if (quietMs < EDGE_MS) return null;
  const nearOnes = new Set(near);
  const amount = totalOf(
    deltas.filter((delta) => !nearOnes.has(delta) && quiet.some((one) => overlaps(delta, one))),
  );
  return Math.round((amount / quietMs) * (span.toMs - span.fromMs));
}

function spanOf({ fromMs, toMs }: Span, near: readonly Delta[]): Span {
  return {
    fromMs: Math.min(fromMs, ...near.map(({ startMs }) => startMs)),
    toMs: Math.max(toMs, ...near.map(({ endMs }) => endMs)),
  };
}

function widened({ fromMs, toMs }: Span, byMs: number): Span {
  return { fromMs: fromMs - byMs, toMs: toMs + byMs };
}

/** Whether a sample holds some of the span. */
export function overlaps({ startMs, endMs }: Delta, span: Span): boolean {
  return spansOverlap({ fromMs: startMs, toMs: endMs }, span);
}

function spansOverlap(left: Span, right: Span): boolean {
  return left.fromMs < right.toMs && right.fromMs < left.toMs;
}

/** What is left of a span. */
function without(span: Span, cuts: readonly Span[]): readonly Span[] {
  let rest: readonly Span[] = [span];
  for (const cut of cuts) {
    rest = rest
      .flatMap(({ fromMs, toMs }) => [
        { fromMs, toMs: Math.min(toMs, cut.fromMs) },
        { fromMs: Math.max(fromMs, cut.toMs), toMs },
      ])
      .filter(({ fromMs, toMs }) => toMs > fromMs);
  }
  return rest;
}

/** In order, those that touch as one. */
function merged(spans: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  for (const span of [...spans].sort((left, right) => left.fromMs - right.fromMs)) {
    const last = found.at(-1);
    if (last === undefined || span.fromMs > last.toMs) found.push(span);
    else found[found.length - 1] = { ...last, toMs: Math.max(last.toMs, span.toMs) };
  }
  return found;
}
