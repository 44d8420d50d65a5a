import type { DatabaseName, FieldPath } from "../data/document.ts";
import type { Aggregation, StructuredQuery } from "../data/query.ts";
import type { Value } from "../data/value.ts";
import { aggregate, aggregateCounts, aggregatedQuery, checkAggregations } from "./aggregate.ts";
import { answerQuery } from "./answer-query.ts";
import { checkFieldPath } from "./check-field-path.ts";
import type { ListDocuments, Lookup, Page, QueryResult } from "./engine.ts";
import { listCollectionIds, listDocuments } from "./list-documents.ts";
import type { Micros } from "./micros.ts";
import { type NormalQuery, normaliseQuery } from "./normal-query.ts";
import { partitionPoints } from "./partition.ts";
import { project } from "./projection.ts";
import { countQuery, runQuery } from "./run-query.ts";
import type { Store } from "./store.ts";

/** "latest", or a moment that the history reaches. */
export type At = Micros | "latest";

/** Answers reads from the store as it is, or as it was. It knows nothing of locks. */
export class Reader {
  readonly #database: DatabaseName;
  readonly #store: Store;

  constructor(database: DatabaseName, store: Store) {
    this.#database = database;
    this.#store = store;
  }

  get(paths: readonly string[], at: At, mask: readonly FieldPath[] | undefined): readonly Lookup[] {
    mask?.forEach(checkFieldPath);
    return paths.map((path) => {
      const document = at === "latest" ? this.#store.get(path) : this.#store.getAt(path, at);
      return { path, document: document && project(document, mask) };
    });
  }

  normalise(query: StructuredQuery): NormalQuery {
    return normaliseQuery(this.#database, query);
  }

  query(query: NormalQuery, at: At): QueryResult {
    return answerQuery(this.#store, query, this.#overlay(at));
  }

  /** The query whose documents the aggregations go over. */
  normaliseAggregation(query: StructuredQuery, aggregations: readonly Aggregation[]): NormalQuery {
    // The query by itself must be right, too.
    this.normalise(query);
    checkAggregations(query, aggregations);
    return normaliseQuery(this.#database, aggregatedQuery(query, aggregations), query.orderBy);
  }

  aggregate(
    query: NormalQuery,
    aggregations: readonly Aggregation[],
    at: At,
  ): ReadonlyMap<string, Value> {
    const { offset, limit } = query;
    const onlyCounts = aggregations.every(({ operator }) => operator.kind === "count");
    if (at === "latest" && onlyCounts) {
      const count = countQuery(this.#store, query);
      if (count !== undefined) return aggregateCounts(count, aggregations);
    }
    const wanted = limit === undefined ? undefined : offset + limit;
    const found = runQuery(this.#store, query, wanted, this.#overlay(at));
    return aggregate(offset === 0 ? found : found.slice(offset), aggregations);
  }

  listDocuments(request: ListDocuments, at: At): Page<Lookup> {
    return listDocuments(this.#database, this.#store, request, this.#overlay(at));
  }

  listCollectionIds(request: Parameters<typeof listCollectionIds>[2], at: At): Page<string> {
    return listCollectionIds(this.#database, this.#store, request, this.#overlay(at));
  }

  partition(query: StructuredQuery, points: number, at: At): readonly (readonly Value[])[] {
    return partitionPoints(this.#database, this.#store, { query, points }, this.#overlay(at));
  }

  #overlay(at: At): ReturnType<Store["changedSince"]> | undefined {
    return at === "latest" ? undefined : this.#store.changedSince(at);
  }
}
