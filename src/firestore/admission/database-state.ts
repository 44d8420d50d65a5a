import { CapacityModel } from "../capacity/capacity-model.ts";
import type { ModelConstants } from "../capacity/constants.ts";
import type { KeySpace } from "../capacity/key-space.ts";
import { RowPlace } from "../capacity/row-place.ts";
import type { RowHandle } from "../capacity/row-table.ts";
import type { DatabaseName } from "../data/document.ts";
import { lastSegment } from "../data/document-path.ts";
import type { IndexDefinition, IndexEntry } from "../indexes/catalogue.ts";
import type { KnownDocument } from "./admission.ts";
import { DocumentHandles } from "./document-handles.ts";
import { indexName } from "./index-name.ts";
import { PreviousMemory } from "./previous-memory.ts";

/** Indexes of parents that are remembered; past this many all are looked up anew. */
const PLACES = 100_000;
const INDEXES = 10_000;

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
  #lastCollection = "";
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

  /** Where the entry's row lies, by what all rows of its index and parent have in common. */
  placeOf(entry: IndexEntry, collection: string, nowMs: number): RowPlace {
    const known = this.#places.get(entry.space);
    if (known !== undefined) return known;
    const { definition } = entry;
    const space = this.indexSpace(definition, lastSegment(collection), nowMs);
    const place = new RowPlace(
      space,
      definition.queryScope === "COLLECTION" ? this.#prefixOf(collection) : "",
    );
    if (this.#places.size >= PLACES) this.#places.clear();
    this.#places.set(entry.space, place);
    return place;
  }

  /** The same for all rows of an index and parent, if any were written lately. */
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
  #prefixOf(collection: string): string {
    if (this.#lastCollection !== collection) {
      this.#lastCollection = collection;
      this.#lastPrefix = `${collection}\0`;
    }
    return this.#lastPrefix;
  }
}
