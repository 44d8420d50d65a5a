import { collectionOf } from "../data/document-path.ts";
import {
  type AnyFields,
  decodedFields,
  encodedAfter,
  EncodedFields,
} from "../data/encoded-fields.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { MapValue } from "../data/value.ts";
import type { Write } from "../data/write.ts";
import type { EntryChanges, IndexCatalogue } from "../indexes/catalogue.ts";
import type { PreviousFields } from "./admission.ts";
import { afterImage } from "./after-image.ts";
import type { DatabaseState } from "./database-state.ts";

/** What one write of a commit touches. */
export interface WriteFootprint {
  readonly path: string;
  readonly collection: string;
  /** How many documents there are more for it: 1, 0 or -1. */
  readonly created: -1 | 0 | 1;
  readonly after: AnyFields | undefined;
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
    writes: readonly Write[],
    requestTime: Timestamp,
  ): readonly WriteFootprint[] {
    const changed = new Map<string, AnyFields | undefined>();
    const footprints: WriteFootprint[] = [];
    for (const write of writes) {
      if (write.kind === "verify") continue;
      const known = changed.has(write.path) ? changed.get(write.path) : this.#before(state, write);
      const encoded = encodedAfter(write);
      // What is kept is decoded anew each time: here, at most once.
      const before = encoded === undefined ? plain(known) : known;
      const after =
        encoded === undefined
          ? afterImage(plain(before), write, requestTime)
          : replacedBy(known, encoded);
      changed.set(write.path, after);
      footprints.push(this.#footprint(write, before, after));
    }
    return footprints;
  }

  /** Keeps what the writes made, where nobody else can tell it. `bytesEach`: on the wire. */
  remember(state: DatabaseState, footprints: readonly WriteFootprint[], bytesEach: number): void {
    for (const { path, after } of footprints) {
      if (this.#previous(state.name, path) !== "unknown") continue;
      state.memory.set(path, after ?? "none", bytesEach);
    }
  }

  #footprint(
    write: Write,
    before: AnyFields | undefined,
    after: AnyFields | undefined,
  ): WriteFootprint {
    const changes =
      before === after
        ? NO_CHANGES
        : this.#catalogue.changes(write.path, plain(before), plain(after));
    return {
      path: write.path,
      collection: collectionOf(write.path),
      created: createdBy(before, after),
      after,
      changes,
      entries: this.#entriesAfter(write.path, before, after, changes),
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

  #before(state: DatabaseState, { path }: Write): AnyFields | undefined {
    const known = this.#previous(state.name, path);
    const before = known === "unknown" ? state.memory.get(path) : known;
    return before === "none" ? undefined : before;
  }
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
