import type { QueryPlan } from "../../firestore/indexes/catalogue.ts";
import { createCatalogue } from "../../firestore/indexes/create-catalogue.ts";
import type { IndexFile } from "../../firestore/indexes/index-file.ts";
import type { KnownQuery } from "./known-query.ts";

/** Stands in the links of refusals, which an audit does not show. */
const PROJECT = "your-project";

/** A known query, and what answers it. */
export interface PlannedQuery {
  readonly known: KnownQuery;
  readonly plan: QueryPlan;
}

export function planAll(queries: readonly KnownQuery[], file: IndexFile): readonly PlannedQuery[] {
  const catalogue = createCatalogue(file);
  return queries.map((known) => ({
    known,
    plan: catalogue.plan(known.query, PROJECT, known.aggregated),
  }));
}

/** What an index file and the known queries hold about one collection group: no other concerns it. */
export interface GroupPart {
  readonly file: IndexFile;
  readonly queries: readonly KnownQuery[];
}

/** Takes files apart by collection group, once for all that is asked of them. */
export function partsByGroup(
  file: IndexFile,
  queries: readonly KnownQuery[],
): (group: string) => GroupPart {
  const indexes = Map.groupBy(file.indexes, ({ collectionGroup }) => collectionGroup);
  const overrides = Map.groupBy(file.fieldOverrides, ({ collectionGroup }) => collectionGroup);
  const readers = Map.groupBy(queries, ({ query }) => query.collectionId);
  return (group) => ({
    file: { indexes: indexes.get(group) ?? [], fieldOverrides: overrides.get(group) ?? [] },
    queries: readers.get(group) ?? [],
  });
}
