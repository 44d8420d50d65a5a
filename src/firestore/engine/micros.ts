import { Timestamp } from "../data/timestamp.ts";

/**
 * A moment as the engine keeps it: whole microseconds since 1970 UTC, the grain of commit times. As
 * a number it is exact until the year 2255.
 */
export type Micros = number;

export function microsOf({ seconds, nanos }: Timestamp): Micros {
  return seconds * 1_000_000 + Math.floor(nanos / 1000);
}

export function timestampOf(micros: Micros): Timestamp {
  const seconds = Math.floor(micros / 1_000_000);
  return new Timestamp(seconds, (micros - seconds * 1_000_000) * 1000);
}
