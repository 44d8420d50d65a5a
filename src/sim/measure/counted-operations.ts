import { z } from "zod";

const count = z.int().nonnegative();

/**
 * What a run counted of its own operations in one stretch of wall time. Each pair says at least and
 * at most: a commit whose answer was lost may have been applied, and the database may bill reads
 * that nobody asked for (a query that found nothing, a document that security rules look up).
 */
const countedStretchSchema = z.strictObject({
  /** Number of the stretch since 1970: it begins at `at` × `stretchMs`. */
  at: count,
  reads: z.tuple([count, count]),
  writes: z.tuple([count, count]),
  deletes: z.tuple([count, count]),
  /** Tries that the database refused for contention or for its ramp and quotas. */
  refused: z.tuple([count, count]),
});
export type CountedStretch = z.infer<typeof countedStretchSchema>;

/** All of a run's traffic with its database, by stretches of wall time; those without any are left out. */
export const countedOperationsSchema = z.strictObject({
  stretchMs: z.int().positive(),
  stretches: z.array(countedStretchSchema),
});
export type CountedOperations = z.infer<typeof countedOperationsSchema>;

export type Quantity = Exclude<keyof CountedStretch, "at">;

/** At least and at most. */
export type Range = readonly [number, number];

export function addRanges(left: Range, right: Range): [number, number] {
  return [left[0] + right[0], left[1] + right[1]];
}

/** A day in stretches of half a minute; a run of an hour in single seconds. */
const MOST_STRETCHES = 3600;

/** The same in as many stretches as a report should hold: they are joined, two by two. */
export function thinCounted(counted: CountedOperations): CountedOperations {
  if (counted.stretches.length <= MOST_STRETCHES) return counted;
  const joined = new Map<number, CountedStretch>();
  for (const one of counted.stretches) {
    const at = Math.floor(one.at / 2);
    const other = joined.get(at);
    joined.set(at, other === undefined ? { ...one, at } : { ...join(one, other), at });
  }
  return thinCounted({ stretchMs: counted.stretchMs * 2, stretches: [...joined.values()] });
}

function join(left: CountedStretch, right: CountedStretch): CountedStretch {
  return {
    at: left.at,
    reads: addRanges(left.reads, right.reads),
    writes: addRanges(left.writes, right.writes),
    deletes: addRanges(left.deletes, right.deletes),
    refused: addRanges(left.refused, right.refused),
  };
}
