import { BEST_PRACTICES, type Limit, page, published, SCALE } from "./limit.ts";

const COUNTERS = page("Distributed counters", "native/docs/solutions/counters");

/** How fast what may be written. */
export const RATE_LIMITS = {
  "ramp-start": {
    value: 500,
    unit: "operations/second",
    limits: "a new collection, or lexicographically close documents, at first",
    ...published(BEST_PRACTICES),
  },
  "ramp-growth": {
    value: 0.5,
    unit: "fraction",
    limits: "how much more each ramp period may bring",
    ...published(BEST_PRACTICES),
  },
  "ramp-period": {
    value: 300_000,
    unit: "milliseconds",
    limits: "the time between two steps of the ramp",
    ...published(BEST_PRACTICES),
  },
  "sequential-index": {
    value: 500,
    unit: "writes/second",
    limits: "a collection with an indexed field whose values only grow, or only fall",
    ...published(BEST_PRACTICES),
  },
  "sequential-documents": {
    value: 500,
    unit: "operations/second",
    limits: "documents whose IDs only grow, or only fall: lexicographically close for ever",
    ...published(BEST_PRACTICES),
  },
  "document-writes": {
    value: 1,
    unit: "writes/second",
    limits: "one document, sustained; soft, and no longer in the table of limits",
    source: COUNTERS,
    sureness: "B",
    tunable: true,
  },
  "split-retention": {
    value: 86_400_000,
    unit: "milliseconds",
    limits: "how long splits made for load stay when the load has gone",
    ...published(SCALE),
  },
} as const satisfies Record<string, Limit>;
