import type { FieldPath } from "../data/document.ts";
import { parseFieldPath } from "../data/field-path.ts";
import type { StructuredQuery } from "../data/query.ts";
import type { IndexDefinition, IndexField, QueryPlan, QueryScope } from "./catalogue.ts";
import { nameDirectionAfter, type IndexFile } from "./index-file.ts";
import { missingComposite, missingSingleField } from "./missing-index.ts";
import { columnText, definitionOf, neededIndexes, type NeededIndex } from "./needed-index.ts";
import { queryShape } from "./query-shape.ts";
import { SingleFields } from "./single-fields.ts";

const MOST_SHAPES = 1000;

/** Decides which of the indexes there are answers a query, as Firestore's Standard edition does. */
export class Planner {
  readonly #composites: ReadonlyMap<string, readonly IndexDefinition[]>;
  readonly #singleFields: SingleFields;
  /** Plans by the query's shape. Past so many all are forgotten. */
  readonly #served = new Map<string, QueryPlan>();

  constructor(file: IndexFile) {
    this.#composites = Map.groupBy(file.indexes, (index) =>
      keyOf(index.collectionGroup, index.queryScope),
    );
    this.#singleFields = new SingleFields(file);
  }

  plan(
    query: StructuredQuery,
    projectId: string,
    aggregated: readonly FieldPath[] = [],
  ): QueryPlan {
    const shape = queryShape(query, aggregated);
    const known = this.#served.get(shape);
    if (known !== undefined) return known;
    const plan = this.#newPlan(query, projectId, aggregated);
    if (plan.kind === "missing") return plan;
    if (this.#served.size >= MOST_SHAPES) this.#served.clear();
    this.#served.set(shape, plan);
    return plan;
  }

  #newPlan(query: StructuredQuery, projectId: string, aggregated: readonly FieldPath[]): QueryPlan {
    const used = new Set<IndexDefinition>();
    let isMerged = false;
    for (const needed of neededIndexes(query, aggregated)) {
      const serving = this.#serve(needed);
      if (serving.length === 0) return this.#missing(needed, projectId);
      isMerged ||= serving.length > 1;
      for (const index of serving) used.add(index);
    }
    return { kind: "served", indexes: [...used], merged: isMerged };
  }

  /** The indexes that answer together, merged by name where there are several; none when some is missing. */
  #serve(needed: NeededIndex): readonly IndexDefinition[] {
    const candidates = this.#candidates(needed);
    const whole = candidates.find(({ covered }) => covered.size === needed.equalities.length);
    if (whole !== undefined) return [whole.index];
    // A vector index is searched as one.
    if (needed.ordered.some((column) => "vectorConfig" in column)) return [];
    // What is merged must lie in one order.
    for (const direction of ["ASCENDING", "DESCENDING"] as const) {
      const merged = cover(
        needed.equalities,
        candidates.filter(({ nameDirection }) => nameDirection === direction),
      );
      if (merged.length > 0) return merged;
    }
    return [];
  }

  #candidates(needed: NeededIndex): readonly Candidate[] {
    const { collectionGroup, queryScope } = needed;
    const composites = this.#composites.get(keyOf(collectionGroup, queryScope)) ?? [];
    return [...this.#singleFieldsOf(needed), ...composites].flatMap(
      (index) => candidateOf(index, needed) ?? [],
    );
  }

  /** Those that can be of use: of the last column, or of each field compared for equality alone. */
  #singleFieldsOf(needed: NeededIndex): readonly IndexDefinition[] {
    const { collectionGroup, queryScope, equalities, ordered } = needed;
    const columns = ordered.length === 0 ? equalities : ordered;
    if (ordered.length + equalities.length > 1 && ordered.length > 0) return [];
    return columns.flatMap(({ fieldPath }) =>
      this.#singleFields
        .rowsOf(collectionGroup, parseFieldPath(fieldPath))
        .filter((index) => index.queryScope === queryScope),
    );
  }

  #missing(needed: NeededIndex, projectId: string): QueryPlan {
    const index = definitionOf(needed);
    const [column, ...others] = index.fields;
    const isSingle = column !== undefined && others.length === 0;
    if (!isSingle || column.fieldPath === "__name__" || "vectorConfig" in column) {
      return missingComposite(index, projectId);
    }
    const path = parseFieldPath(column.fieldPath);
    return missingSingleField(index, projectId, {
      indexes: this.#singleFields.indexesOf(index.collectionGroup, path),
      ttl: this.#singleFields.isTtl(index.collectionGroup, column.fieldPath),
    });
  }
}

/** An index that has the columns asked for, after some of the equalities. */
interface Candidate {
  readonly index: IndexDefinition;
  /** Which equalities it covers, as column texts without their direction. */
  readonly covered: ReadonlySet<string>;
  readonly nameDirection: "ASCENDING" | "DESCENDING";
}

function candidateOf(index: IndexDefinition, needed: NeededIndex): Candidate | undefined {
  const named = index.fields.at(-1);
  const isNamed = named?.fieldPath === "__name__" && "order" in named;
  const columns = isNamed ? index.fields.slice(0, -1) : index.fields;
  const nameDirection = isNamed ? named.order : nameDirectionAfter(columns);
  const split = columns.length - needed.ordered.length;
  if (split < 0) return undefined;
  const tail = columns.slice(split);
  if (!tail.every((column, at) => sameColumn(column, needed.ordered[at]))) return undefined;
  // After equalities alone, entries lie in order of name, whichever way.
  const isBound = needed.ordered.length > 0 || needed.equalities.length === 0;
  if (isBound && nameDirection !== needed.nameDirection) return undefined;
  const asked = new Set(needed.equalities.map(equalityText));
  const covered = new Set(columns.slice(0, split).map(equalityText));
  const isPrefix = covered.size === split && [...covered].every((text) => asked.has(text));
  return isPrefix ? { index, covered, nameDirection } : undefined;
}

/** Few indexes that cover all equalities between them: the one that adds most, time and again. */
function cover(
  equalities: readonly IndexField[],
  candidates: readonly Candidate[],
): readonly IndexDefinition[] {
  const open = new Set(equalities.map(equalityText));
  const chosen: IndexDefinition[] = [];
  while (open.size > 0) {
    let best: Candidate | undefined;
    let most = 0;
    for (const candidate of candidates) {
      const added = [...candidate.covered].filter((text) => open.has(text)).length;
      if (added > most) [best, most] = [candidate, added];
    }
    if (best === undefined) return [];
    for (const text of best.covered) open.delete(text);
    chosen.push(best.index);
  }
  return chosen;
}

function sameColumn(a: IndexField, b: IndexField | undefined): boolean {
  return b !== undefined && columnText(a) === columnText(b);
}

/** A column of equality may go either way. */
function equalityText(column: IndexField): string {
  return "order" in column ? column.fieldPath : columnText(column);
}

function keyOf(collectionGroup: string, scope: QueryScope): string {
  return `${scope} ${collectionGroup}`;
}
