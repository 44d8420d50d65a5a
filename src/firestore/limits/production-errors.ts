import type { StatusCode } from "../data/status.ts";
import { CONTENTION, ERROR_CODES, page, type Source, type Sureness } from "./limit.ts";

/** A refusal in production's own words. */
export interface ProductionError {
  readonly code: Exclude<StatusCode, "OK">;
  readonly text: string;
  readonly source: Source;
  readonly sureness: Sureness;
}

const SEEN_IN_THE_FIELD: Source = {
  title: "nodejs-firestore issue 939, bandwidth",
  url: "https://github.com/googleapis/nodejs-firestore/issues/939",
  read: "2026-08-21",
};
const REST = page("Use the REST API", "native/docs/use-rest-api");

/** Texts with a part that differs from request to request are functions' business, not this table's. */
export const PRODUCTION_ERRORS = {
  /** One document written faster than it can be, or several clients after the same lock. */
  "too-much-contention": {
    code: "ABORTED",
    text: "Too much contention on these documents. Please try again.",
    source: CONTENTION,
    sureness: "A",
  },
  /** Overlapping transactions. */
  "cross-transaction-contention": {
    code: "ABORTED",
    text: "Aborted due to cross-transaction contention. This occurs when multiple transactions attempt to access the same data, requiring Firestore to abort at least one in order to enforce serializability.",
    source: ERROR_CODES,
    sureness: "A",
  },
  /** Too fast for the ranges there are. */
  "ramp-exceeded": {
    code: "RESOURCE_EXHAUSTED",
    text: "This database has exceeded their daily quota or the ramp up limit for writes, please retry with exponential backoff. To learn more about limits, see 'Usage and limits' section of the support documentation.",
    source: ERROR_CODES,
    sureness: "A",
  },
  "quota-exhausted": {
    code: "RESOURCE_EXHAUSTED",
    text: "Some resource has been exhausted, perhaps a per-user quota.",
    source: ERROR_CODES,
    sureness: "A",
  },
  "bandwidth-exhausted": {
    code: "RESOURCE_EXHAUSTED",
    text: "Bandwidth exhausted",
    source: SEEN_IN_THE_FIELD,
    sureness: "B",
  },
  /** What waits longer than the deadline of the call. */
  "deadline-exceeded": {
    code: "DEADLINE_EXCEEDED",
    text: "A deadline was exceeded on the server.",
    source: ERROR_CODES,
    sureness: "A",
  },
  unavailable: {
    code: "UNAVAILABLE",
    text: "The service is temporarily unavailable.",
    source: REST,
    sureness: "B",
  },
  /** The emulator's words too (measured); production's for the other sizes are not known. */
  "document-too-large": {
    code: "INVALID_ARGUMENT",
    text: "maximum entity size is 1048576 bytes",
    source: {
      title: "Official emulator, measured (firestore-facts section 7)",
      url: "https://docs.cloud.google.com/firestore/native/docs/emulator",
      read: "2026-08-21",
    },
    sureness: "B",
  },
  "request-too-large": {
    code: "INVALID_ARGUMENT",
    text: "Request payload size exceeds the limit: 10485760 bytes.",
    source: {
      title:
        "Google API front end's usual text; not seen for Firestore (firestore-facts section 9.15)",
      url: "docs/capacity.md#what-is-assumed",
      read: "2026-11-25",
    },
    sureness: "C",
  },
  "transaction-too-big": {
    code: "INVALID_ARGUMENT",
    text: "Transaction too big. Decrease transaction size.",
    source: {
      title: "text known from users' reports; not in the documentation",
      url: "docs/capacity.md#what-is-assumed",
      read: "2026-11-25",
    },
    sureness: "C",
  },
  "too-many-index-entries": {
    code: "INVALID_ARGUMENT",
    text: "too many index entries for entity",
    source: {
      title: "Datastore's usual text; not seen for Firestore (firestore-facts section 9.15)",
      url: "docs/capacity.md#what-is-assumed",
      read: "2026-11-25",
    },
    sureness: "C",
  },
} as const satisfies Record<string, ProductionError>;

export type ProductionErrorId = keyof typeof PRODUCTION_ERRORS;
