import type { Billed } from "../measure/billed-operations.ts";

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

/** Dollars for these operations. */
export function costOf({ reads, writes, deletes }: Billed): number {
  const sum = reads * PRICES.reads + writes * PRICES.writes + deletes * PRICES.deletes;
  return sum / PRICES.perDocuments;
}
