import {
  type AnyFields,
  decodedFields,
  encodedAfter,
  EncodedFields,
} from "../data/encoded-fields.ts";
import { repeatsDocument } from "../data/repeated-documents.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { MapValue } from "../data/value.ts";
import type { Write } from "../data/write.ts";
import type { EntryChanges, IndexCatalogue } from "../indexes/catalogue.ts";
import type { KnownDocument, KnownDocuments, PreviousFields, WriteAttempt } from "./admission.ts";
import { afterImage } from "./after-image.ts";
import type { DatabaseState } from "./database-state.ts";

/** What one write of a commit touches. */
export interface WriteFootprint {
  readonly path: string;
  /** As its database has it, where that is in the same process. */
  readonly document: KnownDocument | undefined;
  /** How many documents there are more for it: 1, 0 or -1. */
  readonly created: -1 | 0 | 1;
  readonly after: AnyFields | undefined;
  /** What it is afterwards is to be remembered, for nobody else can tell. */
  readonly isUnknown: boolean;
  readonly changes: EntryChanges;
  /** The document's index entries afterwards, in all; 0 where they cannot have become more. */
  readonly entries: number;
  readonly transforms: number;
}

/** Turns writes into what they touch. */
export class Footprints {
  readonly #catalogue: IndexCatalogue;
  readonly #previous: PreviousFields;

  constructor(catalogue: IndexCatalogue, previous: PreviousFields) {
    this.#catalogue = catalogue;
    this.#previous = previous;
  }

  /** In the order of the writes, which see each other; a `verify` touches nothing. */
  of(
    state: DatabaseState,
    { writes, documents }: Pick<WriteAttempt, "writes" | "documents">,
    requestTime: Timestamp,
  ): readonly WriteFootprint[] {
    const repeats = documents?.repeats ?? repeatsDocument(writes);
    const made = repeats ? new Map<string, WriteFootprint>() : undefined;
    const footprints: WriteFootprint[] = [];
    for (let index = 0; index < writes.length; index += 1) {
      const write = writes[index] as Write;
      if (write.kind === "verify") continue;
      const document = documents?.rows[index];
      const known = made?.get(write.path) ?? this.#found(state, write.path, documents, document);
      const footprint = this.#footprint(write, known, document, requestTime);
      made?.set(write.path, footprint);
      footprints.push(footprint);
    }
    return footprints;
  }

  /** Keeps what the writes made, where nobody else can tell it. `bytesEach`: on the wire. */
  remember(state: DatabaseState, footprints: readonly WriteFootprint[], bytesEach: number): void {
    for (const { path, after, isUnknown } of footprints) {
      if (isUnknown) state.memory.set(path, after ?? "none", bytesEach);
    }
  }

  /** A document before the commit, in the form of what another write might have made of it. */
  #found(
    state: DatabaseState,
    path: string,
    documents: KnownDocuments | undefined,
    document: KnownDocument | undefined,
  ): Pick<WriteFootprint, "after" | "isUnknown"> {
    if (documents !== undefined) return { after: document?.fields, isUnknown: false };
    const told = this.#previous(state.name, path);
    const isUnknown = told === "unknown";
    const found = isUnknown ? state.memory.get(path) : told;
    return { after: found === "none" ? undefined : found, isUnknown };
  }

  #footprint(
    write: Write,
    { after: known, isUnknown }: Pick<WriteFootprint, "after" | "isUnknown">,
    document: KnownDocument | undefined,
    requestTime: Timestamp,
  ): WriteFootprint {
    const { path } = write;
    const encoded = encodedAfter(write);
    // What is kept is decoded anew each time: here, at most once.
    const before = encoded === undefined ? plain(known) : known;
    const after =
      encoded === undefined
        ? afterImage(plain(before), write, requestTime)
        : replacedBy(known, encoded);
    const changes =
      before === after
        ? NO_CHANGES
        : this.#catalogue.changes(path, plain(before), plain(after), document?.collectionId);
    return {
      path,
      document,
      created: createdBy(before, after),
      after,
      isUnknown,
      changes,
      entries: this.#entriesAfter(path, before, after, changes),
      transforms:
        write.kind === "update" || write.kind === "transform" ? write.transforms.length : 0,
    };
  }

  /** Counts them only where there may have become more. */
  #entriesAfter(
    path: string,
    before: AnyFields | undefined,
    after: AnyFields | undefined,
    { removed, inserted }: EntryChanges,
  ): number {
    if (before === undefined) return inserted.length;
    if (after === undefined || inserted.length <= removed.length) return 0;
    return this.#catalogue.countEntries(path, decodedFields(after));
  }
}

/** How many index entries the writes remove and insert. */
export function entriesChanged(footprints: readonly WriteFootprint[]): number {
  let entries = 0;
  for (const { changes } of footprints) entries += changes.inserted.length + changes.removed.length;
  return entries;
}

const NO_CHANGES: EntryChanges = { removed: [], inserted: [] };

/** The same object as before where the bytes show that nothing changes. */
function replacedBy(before: AnyFields | undefined, encoded: EncodedFields): AnyFields {
  return before instanceof EncodedFields && before.hasBytesOf(encoded) ? before : encoded;
}

function plain(fields: AnyFields | undefined): MapValue | undefined {
  return fields === undefined ? undefined : decodedFields(fields);
}

function createdBy(before: AnyFields | undefined, after: AnyFields | undefined): -1 | 0 | 1 {
  if ((before === undefined) === (after === undefined)) return 0;
  return before === undefined ? 1 : -1;
}
