import { pathKey } from "../data/document-path.ts";
import type { MapValue } from "../data/value.ts";
import type { Collection } from "./collection.ts";
import type { Version } from "./version.ts";

/** A document's place: it outlives the document while its versions are remembered. */
export class Row {
  readonly path: string;
  /** Orders rows by document name (data/document-path.ts, pathKey). */
  readonly key: string;
  /** The same one as long as the row is there. */
  readonly collection: Collection;
  version: Version;
  /** For the limits in front of the database to keep what they call the document by. */
  limitsHandle = -1;

  constructor(path: string, collection: Collection) {
    this.path = path;
    this.key = pathKey(path);
    this.collection = collection;
    this.version = { row: this, micros: 0, document: undefined, sizeBytes: 0, previous: undefined };
  }

  get collectionId(): string {
    return this.collection.id;
  }

  /** Of the document; undefined where there is none. */
  get fields(): MapValue | undefined {
    return this.version.document?.fields;
  }
}
