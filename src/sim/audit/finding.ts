import type { JsonDocument } from "../../firestore/indexes/json-text.ts";

/** From the worst down. An error is wrong whatever the load; a warning binds under some load. */
export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Every kind of finding. docs/audit.md explains each; a test compares the two lists both ways. */
export const FINDING_IDS = [
  "exemption-without-effect",
  "exemption-undone",
  "ttl-field-indexed",
  "missing-index",
  "query-by-merging",
  "unused-index",
  "unused-field-index",
  "duplicate-index",
  "duplicate-override",
  "index-by-merging",
  "sequential-field",
  "sequential-index",
  "too-many-indexes",
  "too-many-fields",
  "too-many-entries",
  "write-cost",
  "hot-document",
  "rules-open",
  "rules-any-user",
  "rules-for-a-time",
  "rules-lookups",
  "rules-unused",
] as const;
export type FindingId = (typeof FINDING_IDS)[number];

/** A line of a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Remedy {
  readonly text: string;
  /** What to paste, and into which list of firestore.indexes.json. */
  readonly paste: { readonly into: "indexes" | "fieldOverrides"; readonly entry: object } | null;
}

export interface Finding {
  readonly severity: Severity;
  readonly id: FindingId;
  readonly where: Place;
  /** What was found, in one line. */
  readonly what: string;
  /** The limit it meets, with its figures and where they are published. */
  readonly why: string;
  readonly remedy: Remedy | null;
}

/** A remedy in words alone. */
export function advice(text: string): Remedy {
  return { text, paste: null };
}

export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

/** The place of a value in a JSON file. */
export function placeIn(file: string, source: JsonDocument, path: readonly PropertyKey[]): Place {
  return { file, line: source.lineOf(path) };
}
