import { collectionOf, lastSegment, parentOf } from "../data/document-path.ts";
import { Collection } from "./collection.ts";
import { Row } from "./row.ts";

/** Where documents are: collections by path, and which collections a document has beneath it. */
export class DocumentTree {
  readonly #collections = new Map<string, Collection>();
  /** By path, also those of deleted documents whose history is remembered. */
  readonly #rows = new Map<string, Row>();
  /** By collection ID, all collections of that name. */
  readonly #groups = new Map<string, Set<Collection>>();
  /** By collection ID, how many documents all collections of that name have. */
  readonly #groupSizes = new Map<string, number>();
  /** By the document's path, "" for the root: IDs of the live collections beneath it. */
  readonly #children = new Map<string, Set<string>>();
  #size = 0;

  /** How many documents there are. */
  get size(): number {
    return this.#size;
  }

  collection(path: string): Collection | undefined {
    return this.#collections.get(path);
  }

  collections(): Iterable<Collection> {
    return this.#collections.values();
  }

  group(id: string): Iterable<Collection> {
    return this.#groups.get(id) ?? [];
  }

  groupSize(id: string): number {
    return this.#groupSizes.get(id) ?? 0;
  }

  /** IDs of the collections right beneath a document that hold documents at any depth. */
  childCollections(parent: string): Iterable<string> {
    return this.#children.get(parent) ?? [];
  }

  row(path: string): Row | undefined {
    return this.#rows.get(path);
  }

  /** A row without a document, for one that is about to come. */
  addRow(path: string): Row {
    const collection = this.#ensureCollection(collectionOf(path));
    const row = new Row(path, collection);
    collection.rows.add(row);
    this.#rows.set(path, row);
    return row;
  }

  /** The row's document has come (+1) or gone (-1). */
  resize({ collection }: Row, difference: 1 | -1): void {
    const wasLive = collection.isLive;
    collection.resize(difference);
    this.#size += difference;
    const groupSize = this.groupSize(collection.id) + difference;
    if (groupSize > 0) this.#groupSizes.set(collection.id, groupSize);
    else this.#groupSizes.delete(collection.id);
    if (collection.isLive !== wasLive) this.#link(collection);
  }

  /** Forgets a row that has neither a document nor a history. */
  removeRow(row: Row): void {
    row.collection.rows.delete(row);
    this.#rows.delete(row.path);
    this.#dropIfEmpty(row.collection);
  }

  /** Tells the parents that a collection came to life, or died; they may do the same for theirs. */
  #link(collection: Collection): void {
    const parent = parentOf(collection.path);
    const siblings = this.#children.get(parent) ?? new Set();
    if (collection.isLive) siblings.add(collection.id);
    else siblings.delete(collection.id);
    if (siblings.size > 0) this.#children.set(parent, siblings);
    else this.#children.delete(parent);
    if (parent === "") return;
    const grandparent = this.#ensureCollection(collectionOf(parent));
    const wasLive = grandparent.isLive;
    if (siblings.size > 0) grandparent.nested.add(lastSegment(parent));
    else grandparent.nested.delete(lastSegment(parent));
    if (grandparent.isLive !== wasLive) this.#link(grandparent);
    this.#dropIfEmpty(grandparent);
  }

  #ensureCollection(path: string): Collection {
    const known = this.#collections.get(path);
    if (known !== undefined) return known;
    const name = lastSegment(path);
    const group = this.#groups.get(name) ?? new Set();
    // One text for all of a name: so that they are told apart at a glance.
    const [other] = group;
    const collection = new Collection(path, other?.id ?? name);
    this.#collections.set(path, collection);
    this.#groups.set(collection.id, group.add(collection));
    return collection;
  }

  #dropIfEmpty(collection: Collection): void {
    if (collection.isLive || collection.rows.size > 0) return;
    this.#collections.delete(collection.path);
    const group = this.#groups.get(collection.id);
    group?.delete(collection);
    if (group?.size === 0) this.#groups.delete(collection.id);
  }
}
