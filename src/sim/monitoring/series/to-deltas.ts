import { distributionSince } from "./distribution.ts";
import type { Amount, Delta, DeltaSeries, Point, Remark, SeriesPart } from "./metric-series.ts";

interface Assembled {
  readonly series: readonly DeltaSeries[];
  readonly remarks: readonly Remark[];
}

/** Starts of real points lie a little after the end before: less than this is no overlap. */
const TOUCHING_MS = 1;

/**
 * Puts the parts of a metric's series together, in whatever order and cut into whatever pages they
 * came, and turns what they tell into amounts of intervals that do not overlap.
 */
export function assembleSeries(parts: readonly SeriesPart[]): Assembled {
  const groups = new Map<string, SeriesPart[]>();
  for (const part of parts) {
    const key = JSON.stringify([sorted(part.labels), sorted(part.resourceLabels), part.kind]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [part]);
    else group.push(part);
  }
  const tally = new RemarkTally();
  const series = [...groups.values()].map((group): DeltaSeries => {
    const points = distinct(
      group.flatMap(({ points }) => points),
      tally,
    );
    const kind = group[0]?.kind ?? "DELTA";
    const deltas = kind === "DELTA" ? apart(points, tally) : differences(points, tally);
    return { labels: group[0]?.labels ?? {}, deltas };
  });
  return { series, remarks: tally.remarks() };
}

function sorted(labels: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  return Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** In order of time, one for each interval. A count only grows by what comes late: the larger holds. */
function distinct(points: readonly Point[], tally: RemarkTally): readonly Point[] {
  const found = new Map<string, Point>();
  for (const point of points) {
    const key = `${point.startMs} ${point.endMs}`;
    const other = found.get(key);
    if (other === undefined) {
      found.set(key, point);
      continue;
    }
    const [mine, its] = [countOf(point.value), countOf(other.value)];
    if (mine === its) tally.add("duplicates");
    else tally.add("revisions");
    if (mine > its) found.set(key, point);
  }
  return [...found.values()].sort(
    (left, right) => left.endMs - right.endMs || left.startMs - right.startMs,
  );
}

/** Intervals of a DELTA are "contiguous and non-overlapping" by its definition. */
function apart(points: readonly Point[], tally: RemarkTally): readonly Delta[] {
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before !== undefined && before.endMs - point.startMs > TOUCHING_MS) tally.add("overlaps");
  }
  return points;
}

/**
 * A CUMULATIVE has "the same start time and increasing end times, until an event resets the
 * cumulative value to zero and sets a new start time". One that falls without a new start has been
 * reset too: what it then holds came after the point before, at least.
 */
function differences(points: readonly Point[], tally: RemarkTally): readonly Delta[] {
  const deltas: Delta[] = [];
  let before: Point | undefined;
  for (const point of points) {
    if (before === undefined) {
      deltas.push(point);
    } else if (point.startMs > before.startMs) {
      tally.add("resets");
      deltas.push({ ...point, startMs: Math.max(point.startMs, before.endMs) });
    } else if (point.startMs < before.startMs) {
      // A point of a counter that has been replaced, told late: its share is in those before.
      tally.add("overlaps");
      continue;
    } else {
      const value = amountSince(point.value, before.value);
      if (value === undefined) tally.add("unmarked resets");
      deltas.push({ startMs: before.endMs, endMs: point.endMs, value: value ?? point.value });
    }
    before = point;
  }
  return deltas;
}

function amountSince(later: Amount, earlier: Amount): Amount | undefined {
  if (typeof later === "number" || typeof earlier === "number") {
    const difference = Number(later) - Number(earlier);
    return difference < 0 ? undefined : difference;
  }
  return distributionSince(later, earlier);
}

export function countOf(value: Amount): number {
  return typeof value === "number" ? value : value.count;
}

/** What deltas come to together. */
export function totalOf(deltas: readonly Delta[]): number {
  return deltas.reduce((total, { value }) => total + countOf(value), 0);
}

const REMARKS = {
  duplicates: { text: "told twice with the same value; counted once", spoils: false },
  revisions: { text: "told twice with different values; the larger counts", spoils: false },
  overlaps: { text: "whose interval overlaps another's, against their definition", spoils: true },
  resets: { text: "at which a counter began anew; what came before it is kept", spoils: false },
  "unmarked resets": {
    text: "at which a counter fell without a new start time; what it lost cannot be known",
    spoils: true,
  },
} as const satisfies Record<string, Remark>;

class RemarkTally {
  readonly #counts = new Map<keyof typeof REMARKS, number>();

  add(kind: keyof typeof REMARKS): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  remarks(): readonly Remark[] {
    return [...this.#counts].map(([kind, count]) => ({
      text: `${count} ${count === 1 ? "point" : "points"} ${REMARKS[kind].text}`,
      spoils: REMARKS[kind].spoils,
    }));
  }
}
