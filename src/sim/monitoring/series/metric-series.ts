import type { Distribution } from "./distribution.ts";

export type Amount = number | Distribution;

/** A point as it was told: of a DELTA its interval's amount, of a CUMULATIVE what came since its start. */
export interface Point {
  readonly startMs: number;
  readonly endMs: number;
  readonly value: Amount;
}

export type MetricKind = "DELTA" | "CUMULATIVE";

/** One series of a metric, as it came in one page: parts of the same series may come in others. */
export interface SeriesPart {
  readonly labels: Readonly<Record<string, string>>;
  readonly resourceLabels: Readonly<Record<string, string>>;
  readonly kind: MetricKind;
  readonly points: readonly Point[];
}

/** What came in an interval, and no other of the same series overlaps it. */
export type Delta = Point;

/** One series, put together: in order of time. */
export interface DeltaSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly deltas: readonly Delta[];
}

/** Something about an answer that a reader should know. */
export interface Remark {
  readonly text: string;
  /** Whether the amounts cannot be relied upon for it. */
  readonly spoils: boolean;
}
