import { assumed, type Limit, SCALE } from "./limit.ts";

const SPANNER_SPLITS = {
  title: "Spanner: hot split statistics, pre-splitting",
  url: "https://docs.cloud.google.com/spanner/docs/hot-split-statistics",
  read: "2026-08-21",
};
const SPANNER_PAPER = {
  title: "Spanner, OSDI 2012, and the latencies in firestore-facts section 4",
  url: "https://research.google/pubs/spanner-googles-globally-distributed-database-2/",
  read: "2026-08-21",
};

/** How ranges of keys serve, split and merge. */
const RANGE_CONSTANTS = {
  "range-headroom": {
    value: 1.12,
    unit: "factor",
    limits: "what a range serves, over the published 500/s: who keeps the rule is never refused",
    ...assumed(),
  },
  "range-burst": {
    value: 1000,
    unit: "milliseconds",
    limits: "a range takes so much work at once before anything waits",
    ...assumed(),
  },
  "range-patience": {
    value: 5000,
    unit: "milliseconds",
    limits: "a range sheds what would wait longer for its turn",
    ...assumed(),
  },
  "shed-aborted": {
    value: 0.1,
    unit: "fraction",
    limits: "of what a range sheds, the part that is ABORTED and not RESOURCE_EXHAUSTED",
    ...assumed(),
  },
  "refused-work": {
    value: 0.005,
    unit: "fraction",
    limits: "what refusing a write costs, of what serving it costs",
    ...assumed(),
  },
  "read-work": {
    value: 0.1,
    unit: "fraction",
    limits: "what a read costs a range, of what a write costs",
    ...assumed(),
  },
  "load-window": {
    value: 5000,
    unit: "milliseconds",
    limits: "the windows in which a range's load is measured",
    ...assumed(),
  },
  "split-load": {
    value: 0.6,
    unit: "fraction",
    limits: "a range is hot at so much of 500/s (Spanner calls more than half warm)",
    ...assumed(SPANNER_SPLITS),
  },
  "split-hold": {
    value: 30_000,
    unit: "milliseconds",
    limits: "how long a range must have been hot before it is split",
    ...assumed(SPANNER_SPLITS),
  },
  "split-share": {
    value: 0.1,
    unit: "fraction",
    limits: "a split must take at least so much of the load away, or it is not made",
    ...assumed(),
  },
  "split-rows": {
    value: 1_000_000,
    unit: "count",
    limits: "a range with more rows is split by its size, whatever its load",
    ...assumed(),
  },
  "merge-load": {
    value: 0.3,
    unit: "fraction",
    limits: "a range below so much of 500/s no longer needs to be a range of its own",
    ...assumed(SCALE),
  },
} as const satisfies Record<string, Limit>;

/** How single documents contend. */
const DOCUMENT_CONSTANTS = {
  "document-write-ceiling": {
    value: 10,
    unit: "writes/second",
    limits: "one document, at most: its lock is held for 100 ms a commit",
    ...assumed(SPANNER_PAPER),
  },
  "document-burst": {
    value: 500,
    unit: "milliseconds",
    limits: "a document that was at rest takes so much locking at once before anything waits",
    ...assumed(),
  },
  "document-patience": {
    value: 2000,
    unit: "milliseconds",
    limits: "a write that would wait longer for its document's lock is ABORTED",
    ...assumed(),
  },
  "document-window": {
    value: 10_000,
    unit: "milliseconds",
    limits: "the time over which a document's rate of writes is taken",
    ...assumed(),
  },
} as const satisfies Record<string, Limit>;

/** How long an unloaded database takes. */
const LATENCY_CONSTANTS = {
  "commit-p50": {
    value: 25,
    unit: "milliseconds",
    limits: "half of all commits to one range, regional, without the way to the client",
    ...assumed(SPANNER_PAPER),
  },
  "commit-p99": {
    value: 120,
    unit: "milliseconds",
    limits: "99% of all commits to one range, regional",
    ...assumed(SPANNER_PAPER),
  },
  "read-p50": {
    value: 10,
    unit: "milliseconds",
    limits: "half of all reads and queries, regional",
    ...assumed(SPANNER_PAPER),
  },
  "read-p99": {
    value: 60,
    unit: "milliseconds",
    limits: "99% of all reads and queries, regional",
    ...assumed(SPANNER_PAPER),
  },
  "commit-per-document": {
    value: 0,
    unit: "milliseconds",
    limits: "what each further document adds to a commit, beside the work of its ranges",
    ...assumed(),
  },
  "commit-per-index-entry": {
    value: 0,
    unit: "milliseconds",
    limits: "what each index entry that a commit removes or inserts adds to it",
    ...assumed(),
  },
  "commit-per-kib": {
    value: 0,
    unit: "milliseconds",
    limits: "what each KiB of its request adds to a commit",
    ...assumed(),
  },
  "read-per-document": {
    value: 0,
    unit: "milliseconds",
    limits: "what each further document adds to a lookup of several",
    ...assumed(),
  },
  "read-per-kib": {
    value: 0,
    unit: "milliseconds",
    limits: "what each KiB of the documents looked up adds, where the model knows them",
    ...assumed(),
  },
  "multi-region-commit": {
    value: 2,
    unit: "factor",
    limits: "how much longer commits take in a multi-region (nam5)",
    ...assumed(SPANNER_PAPER),
  },
  "multi-region-read": {
    value: 1.2,
    unit: "factor",
    limits: "how much longer reads take in a multi-region (nam5)",
    ...assumed(SPANNER_PAPER),
  },
  "merge-join": {
    value: 2,
    unit: "factor",
    limits: "how much longer a query takes that merges indexes",
    ...assumed(),
  },
  "deleted-row-read": {
    value: 0.02,
    unit: "milliseconds",
    limits: "what a query pays for each index row deleted lately at the place where it reads",
    ...assumed(),
  },
  "deleted-row-life": {
    value: 3_600_000,
    unit: "milliseconds",
    limits: "how long deleted rows are in the way of queries",
    ...assumed(),
  },
} as const satisfies Record<string, Limit>;

/** What the capacity model needs beside the published figures. docs/capacity.md says why these values. */
export const MODEL_CONSTANTS = {
  ...RANGE_CONSTANTS,
  ...DOCUMENT_CONSTANTS,
  ...LATENCY_CONSTANTS,
} as const satisfies Record<string, Limit>;
