import type { IndexCatalogue } from "./catalogue.ts";
import { IndexEntries } from "./index-entries.ts";
import type { IndexFile } from "./index-file.ts";
import { Planner } from "./planner.ts";

/** A database that has no index but the automatic ones. */
export const NO_INDEX_FILE: IndexFile = { indexes: [], fieldOverrides: [] };

/** The indexes of a database whose firestore.indexes.json is `file` (index-file.ts reads one). */
export function createCatalogue(file: IndexFile): IndexCatalogue {
  const entries = new IndexEntries(file);
  const planner = new Planner(file);
  return {
    changes: (path, before, after, collectionId) =>
      entries.changes(path, before, after, collectionId),
    countEntries: (path, fields) => entries.countEntries(path, fields),
    plan: (query, projectId, aggregated) => planner.plan(query, projectId, aggregated),
  };
}
