import type { IndexDefinition, QueryPlan } from "../../firestore/indexes/catalogue.ts";
import { createCatalogue } from "../../firestore/indexes/create-catalogue.ts";
import type { IndexFile } from "../../firestore/indexes/index-file.ts";
import { columnText } from "../../firestore/indexes/needed-index.ts";
import type { AuditInput } from "./audit-input.ts";
import { count, listOf } from "./exemption-findings.ts";
import { advice, placeIn, type Finding } from "./finding.ts";
import { describeQuery, type KnownQuery } from "./known-query.ts";

const OVERVIEW = "https://docs.cloud.google.com/firestore/native/docs/standard-index-overview";
const PROJECT = "your-project";

interface PlannedQuery {
  readonly known: KnownQuery;
  readonly plan: QueryPlan;
}

/** The known queries against the indexes, both ways. */
export function queryFindings(input: AuditInput): readonly Finding[] {
  const planned = planAll(input.queries, input.indexes.file);
  return [
    ...missingIndexes(input, planned),
    ...slowQueries(input, planned),
    ...unusedIndexes(input, planned),
    ...unusedFieldIndexes(input),
    ...replaceableIndexes(input, planned),
    ...duplicates(input),
  ];
}

function planAll(queries: readonly KnownQuery[], file: IndexFile): readonly PlannedQuery[] {
  const catalogue = createCatalogue(file);
  return queries.map((known) => ({
    known,
    plan: catalogue.plan(known.query, PROJECT, known.aggregated),
  }));
}

/** One finding for an index, however many queries lack it. */
function missingIndexes(input: AuditInput, planned: readonly PlannedQuery[]): readonly Finding[] {
  const missing = planned.flatMap(({ known, plan }) =>
    plan.kind === "missing" ? [{ known, plan }] : [],
  );
  return [...Map.groupBy(missing, ({ plan }) => plan.json).values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const { known, plan } = first;
    const { collectionGroup, queryScope, fields } = plan.index;
    const isSingle = !plan.json.includes('"fields"');
    const into = isSingle ? ("fieldOverrides" as const) : ("indexes" as const);
    const scope = queryScope === "COLLECTION_GROUP" ? " in collection-group scope" : "";
    return {
      severity: "error" as const,
      id: "missing-index" as const,
      where: known.place ?? placeIn(input.indexes.name, input.indexes.source, [into]),
      what: `No index serves ${all.map((one) => one.known.name).join(", ")}: it needs ${collectionGroup} (${fields.map(columnText).join(", ")})${scope}.`,
      why: `${describeQuery(known)}. Firestore answers no query without an index: it fails with FAILED_PRECONDITION, "${plan.message.split(" You can")[0] ?? ""}" (${OVERVIEW}). The emulator answers it.`,
      remedy: {
        text: `Add this to ${into}${isSingle ? ", in place of the field's entry if there is one" : ""}.`,
        paste: { into, entry: JSON.parse(plan.json) as object },
      },
    };
  });
}

function slowQueries(input: AuditInput, planned: readonly PlannedQuery[]): readonly Finding[] {
  return planned.flatMap(({ known, plan }) => {
    if (plan.kind !== "served" || !plan.merged) return [];
    return {
      severity: "info" as const,
      id: "query-by-merging" as const,
      where: known.place ?? placeIn(input.indexes.name, input.indexes.source, ["indexes"]),
      what: `${known.name} is answered by merging ${plan.indexes.length} indexes: ${listOf(plan.indexes)}.`,
      why: `${describeQuery(known)}. Merging reads entries of each index that the others do not have, so it is slower the less they have in common (${OVERVIEW}#use_index_merging).`,
      remedy: null,
    };
  });
}

function unusedIndexes(input: AuditInput, planned: readonly PlannedQuery[]): readonly Finding[] {
  const used = new Set(planned.flatMap(({ plan }) => (plan.kind === "served" ? plan.indexes : [])));
  return input.indexes.file.indexes.flatMap((index, at) => {
    if (used.has(index) || !isJudged(input, index.collectionGroup)) return [];
    return {
      severity: input.areAllQueries ? ("warning" as const) : ("info" as const),
      id: "unused-index" as const,
      where: placeIn(input.indexes.name, input.indexes.source, ["indexes", at]),
      what: `No known query reads ${index.collectionGroup} ${listOf([index])}.`,
      why: "Every write of a document with these fields writes its entry, and keeping it costs storage.",
      remedy: advice("Remove it, or name the query that reads it."),
    };
  });
}

/** Whether anything is known of how the collections are read. */
function isJudged(input: AuditInput, group: string): boolean {
  return input.areAllQueries || input.queries.some(({ query }) => query.collectionId === group);
}

/** Single-field indexes that an override asks for, and that no query would miss. */
function unusedFieldIndexes(input: AuditInput): readonly Finding[] {
  if (!input.areAllQueries) return [];
  const { file, name, source } = input.indexes;
  const misses = (other: IndexFile): number =>
    planAll(input.queries, other).filter(({ plan }) => plan.kind === "missing").length;
  const missing = misses(file);
  return file.fieldOverrides.flatMap((override, at) =>
    override.indexes.flatMap((index, place) => {
      const without = override.indexes.toSpliced(place, 1);
      const fieldOverrides = file.fieldOverrides.with(at, { ...override, indexes: without });
      if (misses({ ...file, fieldOverrides }) > missing) return [];
      const mode = "order" in index ? index.order : "CONTAINS";
      return {
        severity: "info" as const,
        id: "unused-field-index" as const,
        where: placeIn(name, source, ["fieldOverrides", at, "indexes", place]),
        what: `No known query needs the ${mode} index of ${override.collectionGroup}.${override.fieldPath} in scope ${index.queryScope}.`,
        why: "Every write that changes the field writes its entry.",
        remedy: advice("Take it out of the list."),
      };
    }),
  );
}

/** Composites that others would stand in for, by merging. */
function replaceableIndexes(
  input: AuditInput,
  planned: readonly PlannedQuery[],
): readonly Finding[] {
  const { file, name, source } = input.indexes;
  return file.indexes.flatMap((index, at) => {
    const readers = planned.filter(
      ({ plan }) => plan.kind === "served" && plan.indexes.includes(index),
    );
    if (readers.length === 0) return [];
    const others = { ...file, indexes: file.indexes.toSpliced(at, 1) };
    const replaced = planAll(
      readers.map(({ known }) => known),
      others,
    );
    const stand = replaced.flatMap(({ plan }) => (plan.kind === "served" ? plan.indexes : []));
    if (replaced.some(({ plan }) => plan.kind === "missing")) return [];
    return {
      severity: "info" as const,
      id: "index-by-merging" as const,
      where: placeIn(name, source, ["indexes", at]),
      what: `${index.collectionGroup} ${listOf([index])} could go: ${listOf([...new Set(stand)])} would be merged for ${readers.map(({ known }) => known.name).join(", ")}.`,
      why: `One entry less for each document, and a slower query (${OVERVIEW}#use_index_merging).`,
      remedy: null,
    };
  });
}

function duplicates(input: AuditInput): readonly Finding[] {
  const { file, name, source } = input.indexes;
  const indexes = repeats(file.indexes, (index) =>
    JSON.stringify([index.collectionGroup, index.queryScope, index.fields]),
  ).map((at): Finding => {
    const index = file.indexes[at] as IndexDefinition;
    return {
      severity: "warning",
      id: "duplicate-index",
      where: placeIn(name, source, ["indexes", at]),
      what: `${index.collectionGroup} ${listOf([index])} is declared ${count(2, "time", "times")}.`,
      why: "It is one index; the second entry says nothing.",
      remedy: advice("Remove this entry."),
    };
  });
  const overrides = repeats(file.fieldOverrides, (override) =>
    JSON.stringify([override.collectionGroup, override.fieldPath]),
  ).map((at): Finding => {
    const override = file.fieldOverrides[at];
    return {
      severity: "warning",
      id: "duplicate-override",
      where: placeIn(name, source, ["fieldOverrides", at]),
      what: `${override?.collectionGroup}.${override?.fieldPath} has more than one override.`,
      why: "A field has one list of indexes: the last entry that is deployed counts.",
      remedy: advice("Make one entry of them."),
    };
  });
  return [...indexes, ...overrides];
}

/** Places of items that came before. */
function repeats<T>(items: readonly T[], keyOf: (item: T) => string): readonly number[] {
  const keys = items.map(keyOf);
  return keys.flatMap((key, at) => (keys.indexOf(key) < at ? [at] : []));
}
