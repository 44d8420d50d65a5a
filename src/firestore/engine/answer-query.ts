import type { QueryResult } from "./engine.ts";
import { findNearest } from "./find-nearest.ts";
import type { NormalQuery } from "./normal-query.ts";
import { project } from "./projection.ts";
import { type Overlay, runQuery } from "./run-query.ts";
import type { Store } from "./store.ts";

/** Runs the query whole: order, offset, limit, nearest neighbours, projection. */
export function answerQuery(store: Store, query: NormalQuery, overlay?: Overlay): QueryResult {
  const { offset, limit, source } = query;
  const wanted = limit === undefined ? undefined : offset + limit;
  const found = runQuery(store, query, wanted, overlay);
  const page = found.slice(offset);
  const nearest = source.findNearest === undefined ? page : findNearest(page, source.findNearest);
  return {
    documents: nearest.map((document) => project(document, source.select)),
    skipped: Math.min(offset, found.length),
  };
}
