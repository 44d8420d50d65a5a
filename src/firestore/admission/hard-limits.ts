import { documentNameSize } from "../data/value-size.ts";
import type { IndexEntry } from "../indexes/catalogue.ts";
import { type LimitId, LIMITS } from "../limits/limits.ts";
import { PRODUCTION_ERRORS, type ProductionErrorId } from "../limits/production-errors.ts";
import type { Refusal } from "./admission.ts";
import { figure } from "./subject-name.ts";
import type { WriteFootprint } from "./write-footprint.ts";

/** A limit that no waiting helps against. */
export interface HardRefusal {
  readonly code: "INVALID_ARGUMENT";
  readonly message: string;
  readonly refusal: Refusal;
}

const MAX_REQUEST = LIMITS["request-size"].value;
const MAX_NAME = LIMITS["document-name-size"].value;
const MAX_TRANSFORMS = LIMITS["transforms-per-document"].value;
const MAX_ENTRIES = LIMITS["index-entries-per-document"].value;
const MAX_ENTRY = LIMITS["index-entry-size"].value;
const MAX_ENTRIES_SIZE = LIMITS["index-entries-size"].value;
const MAX_TRANSACTION = LIMITS["transaction-size"].value;

/** Entries are weighed only from so many on, or when they may be large: most never come near a limit. */
const MANY_ENTRIES = 2000;
const LONG_PATH = 1500;

export function oversizedRequest(requestBytes: number): HardRefusal | undefined {
  if (requestBytes <= MAX_REQUEST) return undefined;
  return hard("request-too-large", {
    limit: "request-size",
    subject: "request",
    subjectKind: "request",
    explanation: `The request has ${figure(requestBytes)} bytes, at most ${figure(MAX_REQUEST)} are allowed. Commit fewer or smaller documents at once.`,
  });
}

/** The first write that can never pass. */
export function oversizedWrite(
  footprints: readonly WriteFootprint[],
  requestBytes: number,
): HardRefusal | undefined {
  let entryBytes = 0;
  let entries = 0;
  for (const footprint of footprints) {
    const broken = brokenLimit(footprint);
    if (broken !== undefined) return broken;
    entries += footprint.changes.inserted.length + footprint.changes.removed.length;
  }
  if (entries + requestBytes / 100 < MAX_TRANSACTION / 400) return undefined;
  for (const { changes } of footprints) {
    entryBytes += entriesSize(changes.inserted) + entriesSize(changes.removed);
  }
  const bytes = requestBytes + entryBytes;
  if (bytes <= MAX_TRANSACTION) return undefined;
  return hard("transaction-too-big", {
    limit: "transaction-size",
    subject: "request",
    subjectKind: "request",
    explanation: `The commit's documents and their ${figure(entries)} index entries have about ${figure(bytes)} bytes, at most ${figure(MAX_TRANSACTION)} are allowed. Commit fewer documents at once, or exempt fields from indexing.`,
  });
}

function brokenLimit(footprint: WriteFootprint): HardRefusal | undefined {
  const { path, transforms, entries, changes } = footprint;
  if (path.length > MAX_NAME / 4 && documentNameSize(path) > MAX_NAME) {
    return tooLarge(
      "document-name-size",
      subjectOf(path),
      documentNameSize(path),
      MAX_NAME,
      "bytes of name",
    );
  }
  if (transforms > MAX_TRANSFORMS) {
    return tooLarge(
      "transforms-per-document",
      subjectOf(path),
      transforms,
      MAX_TRANSFORMS,
      "transforms",
    );
  }
  if (entries > MAX_ENTRIES) {
    const subject = subjectOf(path);
    return hard("too-many-index-entries", {
      limit: "index-entries-per-document",
      subject,
      subjectKind: "document",
      explanation: `${subject} would have ${figure(entries)} index entries, at most ${figure(MAX_ENTRIES)} are allowed. Exempt its large arrays and maps from indexing ("indexes": []).`,
    });
  }
  return changes.inserted.length === 0 ? undefined : brokenEntrySize(footprint);
}

function subjectOf(path: string): string {
  return `document ${path.length > 200 ? `${path.slice(0, 200)}…` : path}`;
}

function brokenEntrySize({ path, changes }: WriteFootprint): HardRefusal | undefined {
  const large = changes.inserted.find(
    (entry) =>
      (path.length > LONG_PATH || entry.definition.fields.length > 3) &&
      entry.sizeBytes > MAX_ENTRY,
  );
  if (large !== undefined) {
    const size = large.sizeBytes;
    return tooLarge(
      "index-entry-size",
      subjectOf(path),
      size,
      MAX_ENTRY,
      `bytes in an entry of ${large.space}`,
    );
  }
  if (changes.inserted.length <= MANY_ENTRIES) return undefined;
  const all = entriesSize(changes.inserted);
  if (all <= MAX_ENTRIES_SIZE) return undefined;
  return tooLarge(
    "index-entries-size",
    subjectOf(path),
    all,
    MAX_ENTRIES_SIZE,
    "bytes of index entries",
  );
}

function entriesSize(entries: readonly IndexEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function tooLarge(
  limit: LimitId,
  subject: string,
  met: number,
  allowed: number,
  what: string,
): HardRefusal {
  const explanation = `${subject} would have ${figure(met)} ${what}, at most ${figure(allowed)} are allowed.`;
  const id = limit.startsWith("index-entr") ? "too-many-index-entries" : undefined;
  const refusal = { limit, subject, subjectKind: "document" as const, explanation };
  if (id !== undefined) return hard(id, refusal);
  return {
    code: "INVALID_ARGUMENT",
    message: explanation,
    refusal: { ...refusal, passesAtMs: null },
  };
}

function hard(
  id: ProductionErrorId,
  refusal: Omit<Refusal, "passesAtMs" | "limit"> & { readonly limit: LimitId },
): HardRefusal {
  return {
    code: "INVALID_ARGUMENT",
    message: PRODUCTION_ERRORS[id].text,
    refusal: { ...refusal, passesAtMs: null },
  };
}
