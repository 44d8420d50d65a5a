import type { DatabaseName } from "../data/document.ts";
import { editFields, getField } from "../data/map-fields.ts";
import { FirestoreError } from "../data/status.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { MapValue, Value } from "../data/value.ts";
import { documentSize, growthOf } from "../data/value-size.ts";
import { mapsIdentical } from "../data/values-identical.ts";
import { updatedFields } from "../data/updated-fields.ts";
import type { FieldTransform, Write, WriteResult } from "../data/write.ts";
import { LIMITS } from "../limits/limits.ts";
import { PRODUCTION_ERRORS } from "../limits/production-errors.ts";
import type { LocatedWrites } from "./located-writes.ts";
import { type Micros, microsOf } from "./micros.ts";
import { alreadyExists, noDocument, versionInFuture, wrongVersion } from "./refusals.ts";
import type { StagedDocument } from "./store.ts";
import { requestTimeOf, transformed, transformResult } from "./transforms.ts";
import type { Row } from "./row.ts";

const DOCUMENT_BYTES_MAX = LIMITS["document-size"].value;

/** What a commit would do, worked out and not yet done. */
export interface StagedCommit {
  /** Documents that it changes. */
  readonly documents: readonly StagedDocument[];
  readonly writeResults: readonly WriteResult[];
}

/** A document on its way through the writes of a commit; what is staged when it has changed. */
interface Draft extends StagedDocument {
  fields: MapValue | undefined;
  sizeBytes: number;
  isRemade: boolean;
  /** The commit changes the document. */
  isChanged: boolean;
}

const NO_RESULTS: readonly Value[] = [];

/** Applies the writes one after the other to the documents as they are. */
export function stageWrites(
  database: DatabaseName,
  { writes, rows, repeats }: LocatedWrites,
  commitTime: Timestamp,
): StagedCommit {
  const known = repeats ? new Map<string, Draft>() : undefined;
  const drafts: Draft[] = [];
  /** Of those writes that have any. */
  let results: (readonly Value[])[] | undefined;
  for (let index = 0; index < writes.length; index += 1) {
    const write = writes[index] as Write;
    const draft = known?.get(write.path) ?? newDraft(write.path, rows[index]);
    known?.set(write.path, draft);
    drafts.push(draft);
    checkPrecondition(database, draft, write);
    const transformed = applyWrite(draft, write, commitTime);
    if (transformed.length > 0) (results ??= [])[index] = transformed;
  }
  const documents = finished(known === undefined ? drafts : [...known.values()]);
  const writeResults = drafts.map((draft, index) => ({
    updateTime: updateTimeOf(draft, commitTime),
    transformResults: results?.[index] ?? NO_RESULTS,
  }));
  return { documents, writeResults };
}

function newDraft(path: string, row: Row | undefined): Draft {
  const before = row?.version.document;
  const fields = before?.fields;
  return { path, row, before, fields, sizeBytes: 0, isRemade: false, isChanged: false };
}

/** A write that leaves its document as it was keeps the update time (measured; production does the same). */
function isChanged({ before, fields, isRemade }: Draft): boolean {
  if (before === undefined || fields === undefined) return before?.fields !== fields;
  return isRemade || !mapsIdentical(before.fields, fields);
}

/** Undefined where there is no document afterwards. */
function updateTimeOf(draft: Draft, commitTime: Timestamp): Timestamp | undefined {
  if (draft.fields === undefined) return undefined;
  return draft.isChanged ? commitTime : draft.before?.updateTime;
}

/** Those that the commit changes. */
function finished(drafts: readonly Draft[]): readonly StagedDocument[] {
  const changed: StagedDocument[] = [];
  for (const draft of drafts) {
    draft.isChanged = isChanged(draft);
    if (!draft.isChanged) continue;
    const { path, row, fields } = draft;
    draft.sizeBytes = fields === undefined ? 0 : sizeOf(path, row, fields);
    if (draft.sizeBytes > DOCUMENT_BYTES_MAX) {
      const { code, text } = PRODUCTION_ERRORS["document-too-large"];
      throw new FirestoreError(code, text);
    }
    changed.push(draft);
  }
  return changed;
}

/** What the document weighed before, and what has changed since where that is quick to tell. */
function sizeOf(path: string, row: Row | undefined, fields: MapValue): number {
  const version = row?.version;
  if (version?.document === undefined) return documentSize(path, fields);
  const growth = growthOf(version.document.fields, fields);
  return growth === undefined ? documentSize(path, fields) : version.sizeBytes + growth;
}

function checkPrecondition(database: DatabaseName, draft: Draft, write: Write): void {
  const { precondition } = write;
  if (precondition === undefined) return;
  if (precondition.kind === "update-time") {
    checkVersion(database, draft, microsOf(precondition.updateTime));
    return;
  }
  const exists = draft.fields !== undefined;
  if (exists === precondition.exists) return;
  throw exists ? alreadyExists(database, draft.path) : noDocument(database, draft.path);
}

/** Held against the document before the commit, also by a second write of it (measured). */
function checkVersion(database: DatabaseName, { path, before }: Draft, required: Micros): void {
  if (before === undefined) throw wrongVersion(0, required);
  const stored = microsOf(before.updateTime);
  if (required > stored) throw versionInFuture(database, path);
  if (required < stored) throw wrongVersion(stored, required);
}

function applyWrite(draft: Draft, write: Write, commitTime: Timestamp): readonly Value[] {
  switch (write.kind) {
    case "update": {
      draft.fields = updatedFields(draft.fields, write);
      return applyTransforms(draft, write.transforms, commitTime);
    }
    case "transform":
      draft.fields ??= new Map();
      return applyTransforms(draft, write.transforms, commitTime);
    case "delete":
      draft.isRemade = draft.before !== undefined;
      draft.fields = undefined;
      return NO_RESULTS;
    case "verify":
      return NO_RESULTS;
  }
}

function applyTransforms(
  draft: Draft,
  transforms: readonly FieldTransform[],
  commitTime: Timestamp,
): readonly Value[] {
  if (transforms.length === 0) return NO_RESULTS;
  const requestTime = requestTimeOf(commitTime);
  return transforms.map((transform) => {
    const fields = draft.fields ?? new Map();
    const value = transformed(transform, getField(fields, transform.field), requestTime);
    draft.fields = editFields(fields, [{ path: transform.field, value }]);
    return transformResult(transform, value);
  });
}
