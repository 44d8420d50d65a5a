import type { DatabaseName, Document } from "../data/document.ts";
import { editFields, getField } from "../data/map-fields.ts";
import { FirestoreError } from "../data/status.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { MapValue, Value } from "../data/value.ts";
import { documentSize } from "../data/value-size.ts";
import { mapsIdentical } from "../data/values-identical.ts";
import { updatedFields } from "../data/updated-fields.ts";
import type { FieldTransform, Write } from "../data/write.ts";
import { LIMITS } from "../limits/limits.ts";
import { PRODUCTION_ERRORS } from "../limits/production-errors.ts";
import { type Micros, microsOf } from "./micros.ts";
import { alreadyExists, noDocument, versionInFuture, wrongVersion } from "./refusals.ts";
import type { StagedDocument } from "./store.ts";
import { requestTimeOf, transformed, transformResult } from "./transforms.ts";

const DOCUMENT_BYTES_MAX = LIMITS["document-size"].value;

/** What a commit would do, worked out and not yet done. */
export interface StagedCommit {
  /** Documents that it changes. */
  readonly documents: readonly StagedDocument[];
  readonly outcomes: readonly WriteOutcome[];
}

interface WriteOutcome {
  readonly path: string;
  /** The update time that an unchanged document keeps. "commit": the commit's; undefined: no document. */
  readonly updateTime: Timestamp | "commit" | undefined;
  readonly transformResults: readonly Value[];
}

/** A document on its way through the writes of a commit. */
interface Draft {
  readonly path: string;
  readonly before: Document | undefined;
  fields: MapValue | undefined;
  isRemade: boolean;
}

/** Applies the writes, which have been checked, one after the other to the documents as they are. */
export function stageWrites(
  database: DatabaseName,
  writes: readonly Write[],
  documentOf: (path: string) => Document | undefined,
  commitTime: Timestamp,
): StagedCommit {
  const drafts = new Map<string, Draft>();
  const results = writes.map((write) => {
    const draft = drafts.get(write.path) ?? newDraft(write.path, documentOf(write.path));
    drafts.set(write.path, draft);
    checkPrecondition(database, draft, write);
    const transformResults = applyWrite(draft, write, commitTime);
    return { draft, transformResults };
  });
  const documents: StagedDocument[] = [];
  const updateTimes = new Map<Draft, WriteOutcome["updateTime"]>();
  for (const draft of drafts.values()) {
    const changed = isChanged(draft);
    if (changed) documents.push(finished(draft));
    if (draft.fields !== undefined) {
      updateTimes.set(draft, changed ? "commit" : draft.before?.updateTime);
    }
  }
  const outcomes = results.map(({ draft, transformResults }) => ({
    path: draft.path,
    updateTime: updateTimes.get(draft),
    transformResults,
  }));
  return { documents, outcomes };
}

function newDraft(path: string, before: Document | undefined): Draft {
  return { path, before, fields: before?.fields, isRemade: false };
}

/** A write that leaves its document as it was keeps the update time (measured; production does the same). */
function isChanged({ before, fields, isRemade }: Draft): boolean {
  if (before === undefined || fields === undefined) return before?.fields !== fields;
  return isRemade || !mapsIdentical(before.fields, fields);
}

function finished({ path, before, fields, isRemade }: Draft): StagedDocument {
  const sizeBytes = fields === undefined ? 0 : documentSize(path, fields);
  if (sizeBytes > DOCUMENT_BYTES_MAX) {
    const { code, text } = PRODUCTION_ERRORS["document-too-large"];
    throw new FirestoreError(code, text);
  }
  return { path, before, fields, sizeBytes, isRemade };
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
      return [];
    case "verify":
      return [];
  }
}

function applyTransforms(
  draft: Draft,
  transforms: readonly FieldTransform[],
  commitTime: Timestamp,
): readonly Value[] {
  if (transforms.length === 0) return [];
  const requestTime = requestTimeOf(commitTime);
  return transforms.map((transform) => {
    const fields = draft.fields ?? new Map();
    const value = transformed(transform, getField(fields, transform.field), requestTime);
    draft.fields = editFields(fields, [{ path: transform.field, value }]);
    return transformResult(transform, value);
  });
}
