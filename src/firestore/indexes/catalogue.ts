import type { FieldPath } from "../data/document.ts";
import type { StructuredQuery } from "../data/query.ts";
import type { MapValue } from "../data/value.ts";

export type QueryScope = "COLLECTION" | "COLLECTION_GROUP";

/** One column of an index, in the words of firestore.indexes.json. The path is escaped: "a.`b c`". */
export type IndexField = { readonly fieldPath: string } & (
  | { readonly order: "ASCENDING" | "DESCENDING" }
  | { readonly arrayConfig: "CONTAINS" }
  | { readonly vectorConfig: { readonly dimension: number } }
);

/**
 * An index, composite or of a single field, without the `__name__` that ends every one: it goes in
 * the last field's direction. Only one that goes the other way is among the fields.
 */
export interface IndexDefinition {
  readonly collectionGroup: string;
  readonly queryScope: QueryScope;
  readonly fields: readonly IndexField[];
}

/** What all rows of an index have in common, whatever their parents. */
export interface IndexMark {
  /** For the limits to keep what they know of the index. */
  note: object | undefined;
}

/**
 * A row of an index. Rows of one space lie beside each other in order of their key, so a space is
 * what can become a hot range: one index over one collection path (COLLECTION scope), or over all
 * collections of a name (COLLECTION_GROUP scope). See firestore-facts 1.4.
 */
export interface IndexEntry {
  /** "users/u1/trades (status ASC, created_at DESC)": names the index and its collection. */
  readonly space: string;
  readonly mark: IndexMark;
  /** Compares, by code units, as the index orders its rows: the values, then the document. */
  readonly key: string;
  readonly definition: IndexDefinition;
  /**
   * The code unit of `key` at a place, so far as it lies in the first column; NaN beyond that. For
   * those who look up where a row lies and need no more of its key: the key is not made for it.
   */
  unitAt(index: number): number;
  /**
   * Bytes it is stored in and counted with, by
   * https://docs.cloud.google.com/firestore/native/docs/storage-size#index-entry-size.
   */
  readonly sizeBytes: number;
}

/** What a write does to the indexes. Entries that it leaves as they are cost nothing. */
export interface EntryChanges {
  readonly removed: readonly IndexEntry[];
  readonly inserted: readonly IndexEntry[];
}

/** How a query is answered from the indexes there are. */
export type QueryPlan =
  /** By the documents' own order (no index), one index, or several merged. */
  | {
      readonly kind: "served";
      readonly indexes: readonly IndexDefinition[];
      readonly merged: boolean;
    }
  /** Refused as production refuses it. */
  | {
      readonly kind: "missing";
      readonly index: IndexDefinition;
      /** Production's text, with the link that creates the index. */
      readonly message: string;
      /** The entry to paste into firestore.indexes.json, pretty-printed JSON. */
      readonly json: string;
    };

/** The indexes of a database: those a firestore.indexes.json declares, and the automatic ones it leaves. */
export interface IndexCatalogue {
  /**
   * `undefined` stands for no document. The entries an exemption removes are not among them.
   * `collectionId`: of the document, from who has it at hand.
   */
  changes(
    path: string,
    before: MapValue | undefined,
    after: MapValue | undefined,
    collectionId?: string,
  ): EntryChanges;
  /** How many entries the document has in all: the limit is 40,000. */
  countEntries(path: string, fields: MapValue): number;
  /** `aggregated`: the fields that a sum or an average is taken of; they must be in the index too. */
  plan(query: StructuredQuery, projectId: string, aggregated?: readonly FieldPath[]): QueryPlan;
}
