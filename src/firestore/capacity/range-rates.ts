import { LIMITS } from "../limits/limits.ts";
import type { ModelConstants } from "./constants.ts";

/** What ranges need of the constants, in the units they reckon with. */
export interface RangeRates {
  /** What a range that has grown up serves, operations a second. */
  readonly fullRate: number;
  /** The published figure for the same: 500. */
  readonly publishedRate: number;
  /** How fast a range grows that a split has made: the natural logarithm of its growth in a millisecond. */
  readonly growth: number;
  readonly burstMs: number;
  readonly windowMs: number;
  readonly hotRate: number;
  readonly holdMs: number;
  readonly leastShare: number;
  readonly mergeRate: number;
  readonly retentionMs: number;
  readonly splitRows: number;
  readonly deletedRowLifeMs: number;
  /** How many alike operations one stands for; 1 but in a simulation of cohorts. */
  readonly weight: number;
  /** What of all these rates is served now: below 1 while a quota is cut. */
  quota: number;
}

export function rangeRates(constants: ModelConstants, weight = 1): RangeRates {
  const publishedRate = LIMITS["ramp-start"].value;
  return {
    publishedRate,
    fullRate: publishedRate * constants["range-headroom"],
    growth: Math.log(1 + LIMITS["ramp-growth"].value) / LIMITS["ramp-period"].value,
    burstMs: constants["range-burst"],
    windowMs: constants["load-window"],
    hotRate: publishedRate * constants["split-load"],
    holdMs: constants["split-hold"],
    leastShare: constants["split-share"],
    mergeRate: publishedRate * constants["merge-load"],
    retentionMs: LIMITS["split-retention"].value,
    splitRows: constants["split-rows"],
    deletedRowLifeMs: constants["deleted-row-life"],
    weight,
    quota: 1,
  };
}
