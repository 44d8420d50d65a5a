import type { DatabaseName } from "../data/document.ts";
import { documentName } from "../data/document-path.ts";
import { isNameField } from "../data/field-path.ts";
import type { StructuredQuery } from "../data/query.ts";
import { Reference, type Value } from "../data/value.ts";
import { normaliseQuery } from "./normal-query.ts";
import { invalid } from "./refusals.ts";
import { type Overlay, runQuery } from "./run-query.ts";
import type { Store } from "./store.ts";

/** Where to cut the query: at most `points` documents, evenly apart, each the first of a part. */
export function partitionPoints(
  database: DatabaseName,
  store: Store,
  options: { readonly query: StructuredQuery; readonly points: number },
  overlay: Overlay | undefined,
): readonly (readonly Value[])[] {
  const { query, points } = options;
  if (points < 1) throw invalid("partition_count must be a positive number.");
  checkPartitionable(query);
  const documents = runQuery(store, normaliseQuery(database, query), undefined, overlay);
  const parts = Math.min(points + 1, documents.length);
  const cuts: (readonly Value[])[] = [];
  for (let part = 1; part < parts; part += 1) {
    const first = documents[Math.floor((part * documents.length) / parts)];
    if (first !== undefined) cuts.push([new Reference(documentName(database, first.path))]);
  }
  return cuts;
}

/** google.firestore.v1.PartitionQueryRequest: all descendants, ordered by name, nothing else. */
function checkPartitionable(query: StructuredQuery): void {
  const isByName = query.orderBy.every(
    ({ field, direction }) => isNameField(field) && direction === "ascending",
  );
  const isPlain =
    query.allDescendants &&
    query.where === undefined &&
    query.limit === undefined &&
    query.offset === 0 &&
    query.startAt === undefined &&
    query.endAt === undefined;
  if (!isByName || !isPlain) {
    throw invalid(
      "Query partitioning only supports collection group queries ordered by __name__ ascending, without filters, limits, offsets or cursors.",
    );
  }
}
