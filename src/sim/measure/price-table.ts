import type { Billed } from "./billed-operations.ts";

/**
 * What Firestore charges, as data: Standard edition, us-central1, US dollars for 100,000 documents.
 * Storage, egress and the free tier of a day are left out: the limiter changes none of them.
 */
export const PRICES = {
  place: "us-central1, Standard edition",
  currency: "USD",
  perDocuments: 100_000,
  reads: 0.03,
  writes: 0.09,
  deletes: 0.01,
  source: "https://firebase.google.com/docs/firestore/query-data/understanding-core-pipelines",
  readOn: "2026-11-23",
} as const;

/** Multi-region locations, likewise (the worked example of the billing page). */
const MULTI_REGION_PRICES = {
  ...PRICES,
  place: "multi-region, Standard edition",
  reads: 0.06,
  writes: 0.18,
  deletes: 0.02,
  source: "https://firebase.google.com/docs/firestore/billing-example",
};

type Prices = { readonly [Key in keyof typeof PRICES]: (typeof MULTI_REGION_PRICES)[Key] };

/**
 * The prices of a location, such as "us-central1"; of one that the table does not know the
 * multi-region's, which are dearer than most.
 */
export function pricesOf(location: string): { readonly prices: Prices; readonly isKnown: boolean } {
  if (location === "us-central1") return { prices: PRICES, isKnown: true };
  // https://cloud.google.com/firestore/docs/locations: the multi-regions of Firestore.
  const isMultiRegion = location === "nam5" || location === "eur3" || location === "nam7";
  return { prices: MULTI_REGION_PRICES, isKnown: isMultiRegion };
}

/** Dollars for these operations. */
export function costOf({ reads, writes, deletes }: Billed, prices: Prices = PRICES): number {
  const sum = reads * prices.reads + writes * prices.writes + deletes * prices.deletes;
  return sum / prices.perDocuments;
}
