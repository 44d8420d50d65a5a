/** A setting of the limiter that the search may change. */
export interface Dimension {
  /** Where it stands in a limiter's configuration: "tuning.guardMs". */
  readonly path: string;
  readonly min: number;
  readonly max: number;
  /** `log`: what matters is the ratio of two values; `linear`: their difference. */
  readonly scale: "log" | "linear";
  readonly isWhole: boolean;
  /** Why it is searched, and why within these bounds. */
  readonly why: string;
}

/** Two digits are as fine as a setting is worth stating. */
const DIGITS = 2;

/** The value at a place from 0 to 1 between the bounds, in two digits. */
export function valueAt(dimension: Dimension, place: number): number {
  const { min, max, scale, isWhole } = dimension;
  const exact = scale === "log" ? min * (max / min) ** place : min + (max - min) * place;
  const rounded = Number(exact.toPrecision(DIGITS));
  return Math.min(max, Math.max(min, isWhole ? Math.round(rounded) : rounded));
}

/** The place of a value, from 0 to 1: about the inverse of valueAt. */
export function placeOf({ min, max, scale }: Dimension, value: number): number {
  const place =
    scale === "log" ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.min(1, Math.max(0, place));
}
