/**
 * How sure a figure is. "A": a current official page or source code, read. "B": official but older,
 * or an official text quoted by somebody else. "C": assumed, by inference or from a single report.
 */
export type Sureness = "A" | "B" | "C";

type Unit =
  | "bytes"
  | "count"
  | "levels"
  | "milliseconds"
  | "operations/second"
  | "writes/second"
  | "factor"
  | "fraction";

export interface Source {
  readonly title: string;
  readonly url: string;
  /** The day of the stored copy that was read (YYYY-MM-DD), or the version of a package. */
  readonly read: string;
}

/** One figure that Firestore holds somebody to, or that the model assumes. */
export interface Limit {
  readonly value: number;
  readonly unit: Unit;
  /** What it limits, or what the model uses it for: a phrase. */
  readonly limits: string;
  readonly source: Source;
  readonly sureness: Sureness;
  /** Whether the model takes another value in its options. Assumed figures are; published ones are not. */
  readonly tunable: boolean;
}

/** The mirror of docs.cloud.google.com (github.com/apstndb/firestore-docs-mirror, commit 3ce1054) is of this day. */
const MIRROR_DAY = "2026-08-21";

/** A page below https://docs.cloud.google.com/firestore/. */
export function page(title: string, path: string): Source {
  return { title, url: `https://docs.cloud.google.com/firestore/${path}`, read: MIRROR_DAY };
}

export const QUOTAS = page("Quotas and limits", "quotas");
export const BEST_PRACTICES = page("Best practices", "native/docs/best-practices");
export const SCALE = page(
  "Understand reads and writes at scale",
  "native/docs/understand-reads-writes-scale",
);
export const ERROR_CODES = page("Understand error codes", "native/docs/understand-error-codes");
export const TRANSACTIONS = page(
  "Transactions and batched writes",
  "native/docs/manage-data/transactions",
);
export const CONTENTION = page(
  "Data contention in transactions",
  "native/docs/transaction-data-contention",
);

/** Where the model needs a figure that nobody has published. */
const ASSUMED: Source = {
  title: "assumed: nothing is published",
  url: "docs/capacity.md#what-is-assumed",
  read: "2026-11-25",
};

/** Marks a published figure of today. */
export function published(source: Source): Pick<Limit, "source" | "sureness" | "tunable"> {
  return { source, sureness: "A", tunable: false };
}

/** Marks a figure of the model's own making. */
export function assumed(source: Source = ASSUMED): Pick<Limit, "source" | "sureness" | "tunable"> {
  return { source, sureness: "C", tunable: true };
}
