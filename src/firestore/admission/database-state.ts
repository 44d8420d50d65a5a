import { CapacityModel } from "../capacity/capacity-model.ts";
import type { ModelConstants } from "../capacity/constants.ts";
import type { KeySpace } from "../capacity/key-space.ts";
import { RowPlace } from "../capacity/row-place.ts";
import type { RowHandle } from "../capacity/row-table.ts";
import type { DatabaseName } from "../data/document.ts";
import { collectionOf, lastSegment } from "../data/document-path.ts";
import type { IndexDefinition, IndexEntry } from "../indexes/catalogue.ts";
import type { KnownDocument } from "./admission.ts";
import { DocumentHandles } from "./document-handles.ts";
import { indexName } from "./index-name.ts";
import { PreviousMemory } from "./previous-memory.ts";

/** Indexes of parents whose deleted rows are remembered; past this many all are looked up anew. */
const PLACES = 100_000;
const INDEXES = 10_000;

/** The space of an index's rows in one database. */
class SpaceNote {
  readonly state: DatabaseState;
  readonly space: KeySpace;

  constructor(state: DatabaseState, space: KeySpace) {
    this.state = state;
    this.space = space;
  }
}

/** What the admission knows of one database. Two databases share nothing. */
export class DatabaseState {
  readonly name: DatabaseName;
  /** "project/database". */
  readonly key: string;
  readonly model: CapacityModel;
  readonly memory: PreviousMemory;
  readonly #documents = new DocumentHandles();
  readonly #places = new Map<string, RowPlace>();
  readonly #indexes = new Map<
    IndexDefinition,
    { readonly collectionGroup: string; readonly space: KeySpace }
  >();
  #lastPath = "";
  #lastPrefix = "\0";

  constructor(
    name: DatabaseName,
    constants: ModelConstants,
    options: {
      readonly seed: number;
      readonly memoryBytes: number;
      readonly usualWeight: number;
    },
  ) {
    this.name = name;
    this.key = `${name.projectId}/${name.databaseId}`;
    this.model = new CapacityModel(constants, options.seed, options.usualWeight);
    this.memory = new PreviousMemory(options.memoryBytes);
  }

  /** The document's handle in the model. Documents not written for long are forgotten. */
  document(path: string, nowMs: number, known?: KnownDocument): RowHandle {
    return this.#documents.of(this.model, path, nowMs, known);
  }

  /** The space of the row's index. */
  spaceOf({ mark, definition }: IndexEntry, path: string, nowMs: number): KeySpace {
    const { note } = mark;
    if (note instanceof SpaceNote && note.state === this) return note.space;
    const space = this.indexSpace(definition, lastSegment(collectionOf(path)), nowMs);
    mark.note = new SpaceNote(this, space);
    return space;
  }

  /** What the keys of a document's rows in the index begin with. */
  prefixOf({ definition }: IndexEntry, path: string): string {
    return definition.queryScope === "COLLECTION" ? this.#prefixOf(path) : "";
  }

  /** What is known of the rows of its index and parent. */
  placeOf({ space, definition }: IndexEntry): RowPlace {
    const known = this.#places.get(space);
    if (known !== undefined) return known;
    const isOfParent = definition.queryScope === "COLLECTION";
    const place = new RowPlace(isOfParent, this.model.rates.deletedRowLifeMs);
    if (this.#places.size >= PLACES) this.#places.clear();
    this.#places.set(space, place);
    return place;
  }

  /** The same for all rows of an index and parent, if any were deleted lately. */
  knownPlace(definition: IndexDefinition, collection: string): RowPlace | undefined {
    const isGroup = definition.queryScope === "COLLECTION_GROUP";
    // The name of an entry's space (IndexEntry.space).
    return this.#places.get(indexName(definition, isGroup ? lastSegment(collection) : collection));
  }

  /** `collectionGroup` stands for the definition's own, which may be "*". */
  indexSpace(definition: IndexDefinition, collectionGroup: string, nowMs: number): KeySpace {
    const known = this.#indexes.get(definition);
    if (known?.collectionGroup === collectionGroup) return known.space;
    const space = this.model.indexSpace(indexName(definition, collectionGroup), nowMs);
    if (this.#indexes.size >= INDEXES) this.#indexes.clear();
    this.#indexes.set(definition, { collectionGroup, space });
    return space;
  }

  /** Rows in COLLECTION scope lie by their parent first (firestore-facts 1.4). One string for all of a document's. */
  #prefixOf(path: string): string {
    if (this.#lastPath !== path) {
      this.#lastPath = path;
      this.#lastPrefix = `${collectionOf(path)}\0`;
    }
    return this.#lastPrefix;
  }
}
