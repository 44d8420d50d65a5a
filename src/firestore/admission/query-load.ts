import { joinPath } from "../data/document-path.ts";
import type { StructuredQuery } from "../data/query.ts";
import type { IndexDefinition } from "../indexes/catalogue.ts";
import type { KeySpace } from "../capacity/key-space.ts";
import type { DatabaseState } from "./database-state.ts";
import { indexName } from "./index-name.ts";

/**
 * Charges the ranges in which the query begins to read: where the collection's documents begin, or
 * its rows in each index. Returns how long it waits, in milliseconds; -1: a range refuses it. Rows
 * that were deleted lately from the collection's part of the index count as on its way, wherever in it.
 */
export function chargeQuery(
  state: DatabaseState,
  { collectionId, parent }: StructuredQuery,
  indexes: readonly IndexDefinition[],
  { nowMs, deletedRowMs }: { readonly nowMs: number; readonly deletedRowMs: number },
): number {
  if (collectionId === undefined) return 0;
  const collection = joinPath(parent, collectionId);
  const { model } = state;
  if (indexes.length === 0) {
    return model.read(model.documentSpace(collection, nowMs), `${collection}/`, nowMs);
  }
  let longest = 0;
  for (const definition of indexes) {
    const prefix = definition.queryScope === "COLLECTION" ? `${collection}\0` : "";
    const twin = ascendingTwin(state, definition, collectionId);
    const space = twin ?? state.indexSpace(definition, collectionId, nowMs);
    const key = twin === undefined ? prefix : `${prefix}\uffff`;
    const waitMs = model.read(space, key, nowMs);
    if (waitMs < 0) return -1;
    const place = state.knownPlace(
      twin === undefined ? definition : ascending(definition),
      collection,
    );
    const deleted = Math.floor(place?.deletedRowsAt(nowMs) ?? 0);
    longest = Math.max(longest, waitMs + deleted * deletedRowMs);
  }
  return longest;
}

/** The ascending index that stands for this descending one too: its end is where the query begins. */
function ascendingTwin(
  { model }: DatabaseState,
  definition: IndexDefinition,
  collectionGroup: string,
): KeySpace | undefined {
  const [field] = definition.fields;
  if (definition.fields.length !== 1 || field === undefined) return undefined;
  if (!("order" in field) || field.order === "ASCENDING") return undefined;
  const space = model.knownIndexSpace(indexName(ascending(definition), collectionGroup));
  return space?.copies === 2 ? space : undefined;
}

/** The index with the same fields, all ascending. */
function ascending(definition: IndexDefinition): IndexDefinition {
  const fields = definition.fields.map((field) =>
    "order" in field ? ({ ...field, order: "ASCENDING" } as const) : field,
  );
  return { ...definition, fields };
}
