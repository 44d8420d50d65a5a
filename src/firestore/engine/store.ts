import type { Document } from "../data/document.ts";
import type { Timestamp } from "../data/timestamp.ts";
import type { MapValue } from "../data/value.ts";
import { DocumentTree } from "./document-tree.ts";
import { History, type HistoryLimits } from "./history.ts";
import type { Micros } from "./micros.ts";
import { Scope } from "./scope.ts";
import type { Row } from "./row.ts";
import { type Change, documentAt } from "./version.ts";

/** What a commit makes of one document. */
export interface StagedDocument {
  readonly path: string;
  /** Undefined: the path has had no document lately. */
  readonly row: Row | undefined;
  readonly before: Document | undefined;
  /** Undefined: no document. */
  readonly fields: MapValue | undefined;
  readonly sizeBytes: number;
  /** The document was deleted and made again. */
  readonly isRemade: boolean;
}

/** The documents, their versions, and the views that queries use. */
export class Store {
  readonly tree = new DocumentTree();
  readonly history: History;
  /** By collection ID; "" is the whole database. Made when a query first asks. */
  readonly #wideScopes = new Map<string, Scope>();

  constructor(limits: HistoryLimits) {
    this.history = new History(limits, (version) => {
      const { row } = version;
      if (row.version === version && version.document === undefined) this.tree.removeRow(row);
    });
  }

  get(path: string): Document | undefined {
    return this.tree.row(path)?.version.document;
  }

  getAt(path: string, micros: Micros): Document | undefined {
    const row = this.tree.row(path);
    return row === undefined ? undefined : documentAt(row, micros);
  }

  /** Writes the documents as of one commit. All of them must differ from what is there. */
  apply(staged: readonly StagedDocument[], micros: Micros, time: Timestamp): readonly Change[] {
    const changes = staged.map((one) => this.#write(one, micros, time));
    for (const { row } of changes) this.history.add(row.version);
    return changes;
  }

  /** Documents as they were at that time, for those that have changed since. */
  changedSince(micros: Micros): ReadonlyMap<string, Document | undefined> {
    const documents = new Map<string, Document | undefined>();
    for (const version of this.history.since(micros)) {
      documents.set(version.row.path, version.previous?.document);
    }
    return documents;
  }

  /** All collections of this name, or with undefined the whole database. */
  wideScope(collectionId: string | undefined): Scope {
    const key = collectionId ?? "";
    const known = this.#wideScopes.get(key);
    if (known !== undefined) return known;
    const scope = new WideScope(this.tree, collectionId);
    this.#wideScopes.set(key, scope);
    return scope;
  }

  #write(staged: StagedDocument, micros: Micros, time: Timestamp): Change {
    const { path, before, fields, sizeBytes } = staged;
    const row = staged.row ?? this.tree.addRow(path);
    const after = fields && newDocument(staged, fields, time);
    row.version = { row, micros, document: after, sizeBytes, previous: row.version };
    if (before === undefined && after !== undefined) this.tree.resize(row, 1);
    if (before !== undefined && after === undefined) this.tree.resize(row, -1);
    const change: Change = { row, before, after };
    this.#updateViews(row, change);
    return change;
  }

  #updateViews({ collection }: Row, change: Change): void {
    collection.update(change);
    if (this.#wideScopes.size === 0) return;
    this.#wideScopes.get(collection.id)?.update(change);
    this.#wideScopes.get("")?.update(change);
  }
}

function newDocument(
  { path, before, isRemade }: StagedDocument,
  fields: MapValue,
  time: Timestamp,
): Document {
  const createTime = before === undefined || isRemade ? time : before.createTime;
  return { path, fields, createTime, updateTime: time };
}

/** All collections of a name, or all there are. */
class WideScope extends Scope {
  readonly #tree: DocumentTree;
  readonly #collectionId: string | undefined;

  constructor(tree: DocumentTree, collectionId: string | undefined) {
    super();
    this.#tree = tree;
    this.#collectionId = collectionId;
  }

  override get size(): number {
    return this.#collectionId === undefined
      ? this.#tree.size
      : this.#tree.groupSize(this.#collectionId);
  }

  override *liveRows(): Generator<Row> {
    const { tree, id } = { tree: this.#tree, id: this.#collectionId };
    for (const collection of id === undefined ? tree.collections() : tree.group(id)) {
      yield* collection.liveRows();
    }
  }
}
