import type { IndexDefinition } from "../../firestore/indexes/catalogue.ts";
import type { FieldOverride } from "../../firestore/indexes/index-file.ts";
import type { AuditInput } from "./audit-input.ts";
import { distinctIndexes, indexKey } from "./distinct-indexes.ts";
import { count, listOf } from "./exemption-findings.ts";
import { advice, placeIn, type Finding } from "./finding.ts";
import { describeQuery } from "./known-query.ts";
import { partsByGroup, planAll, type GroupPart, type PlannedQuery } from "./planned-query.ts";

const OVERVIEW = "https://docs.cloud.google.com/firestore/native/docs/standard-index-overview";
/** The known queries against the indexes, both ways. */
export function queryFindings(input: AuditInput): readonly Finding[] {
  const planned = planAll(input.queries, input.indexes.file);
  const partOf = partsByGroup(input.indexes.file, input.queries);
  return [
    ...missingIndexes(input, planned),
    ...slowQueries(input, planned),
    ...unusedIndexes(input, planned),
    ...unusedFieldIndexes(input, planned, partOf),
    ...replaceableIndexes(input, planned, partOf),
    ...duplicates(input),
  ];
}

/** What a refusal says to paste: an entry of fieldOverrides names a field, one of indexes does not. */
interface PastedEntry {
  readonly fieldPath?: string;
  readonly indexes?: readonly object[];
}

/** One finding for an entry, however many queries lack it: a field has one, with all its indexes. */
function missingIndexes(input: AuditInput, planned: readonly PlannedQuery[]): readonly Finding[] {
  const missing = planned.flatMap(({ known, plan }) =>
    plan.kind === "missing" ? [{ known, plan, entry: JSON.parse(plan.json) as PastedEntry }] : [],
  );
  const byEntry = Map.groupBy(missing, ({ plan, entry }) =>
    entry.fieldPath === undefined ? plan.json : `${plan.index.collectionGroup} ${entry.fieldPath}`,
  );
  return [...byEntry.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const { known, plan, entry } = first;
    const isOfField = entry.fieldPath !== undefined;
    const into = isOfField ? ("fieldOverrides" as const) : ("indexes" as const);
    const needed = new Set(all.map((one) => neededText(one.plan.index)));
    const pasted = isOfField ? { ...entry, indexes: indexesOfAll(all) } : entry;
    return {
      severity: "error" as const,
      id: "missing-index" as const,
      where: known.place ?? placeIn(input.indexes.name, input.indexes.source, [into]),
      what: `No index serves ${all.map((one) => one.known.name).join(", ")}: it needs ${[...needed].join(" and ")}.`,
      why: `${describeQuery(known)}. Firestore answers no query without an index: it fails with FAILED_PRECONDITION, "${plan.message.split(" You can")[0] ?? ""}" (${OVERVIEW}). The emulator answers it.`,
      remedy: {
        text: `Add this to ${into}${isOfField ? ", in place of the field's entry if there is one" : ""}.`,
        paste: { into, entry: pasted },
      },
    };
  });
}

/** "c (a ASC, b DESC) in collection-group scope" */
function neededText(index: IndexDefinition): string {
  const scope = index.queryScope === "COLLECTION_GROUP" ? " in collection-group scope" : "";
  return `${index.collectionGroup} ${listOf([index])}${scope}`;
}

function indexesOfAll(all: readonly { readonly entry: PastedEntry }[]): readonly object[] {
  const indexes = all.flatMap(({ entry }) => entry.indexes ?? []);
  return [...new Map(indexes.map((index) => [JSON.stringify(index), index])).values()];
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
  const { name, file, source } = input.indexes;
  const used = new Set(planned.flatMap(({ plan }) => (plan.kind === "served" ? plan.indexes : [])));
  return distinctIndexes(file).distinct.flatMap(({ index, at }) => {
    if (used.has(index) || !isJudged(input, index.collectionGroup)) return [];
    return {
      severity: input.areAllQueries ? ("warning" as const) : ("info" as const),
      id: "unused-index" as const,
      where: placeIn(name, source, ["indexes", at]),
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

type PartOf = ReturnType<typeof partsByGroup>;

/** Single-field indexes that an override asks for, and that no query would miss were all of them gone. */
function unusedFieldIndexes(
  input: AuditInput,
  planned: readonly PlannedQuery[],
  partOf: PartOf,
): readonly Finding[] {
  if (!input.areAllQueries) return [];
  const { file, name, source } = input.indexes;
  const isMissed = ({ collectionGroup, fieldPath }: FieldOverride): boolean =>
    planned.some(
      ({ plan }) =>
        plan.kind === "missing" &&
        plan.index.collectionGroup === collectionGroup &&
        plan.index.fields.length === 1 &&
        plan.index.fields[0]?.fieldPath === fieldPath,
    );
  return file.fieldOverrides.flatMap((override, at) => {
    const { collectionGroup, fieldPath, ttl, indexes } = override;
    // What its entry must hold is told with the index that is missing.
    if (isMissed(override)) return [];
    const kept = neededOf(override, partOf(collectionGroup));
    const unused = indexes.filter((index) => !kept.includes(index));
    if (unused.length === 0) return [];
    const texts = unused.map(
      (index) => `${"order" in index ? index.order : "CONTAINS"} in scope ${index.queryScope}`,
    );
    return {
      severity: "info" as const,
      id: "unused-field-index" as const,
      where: placeIn(name, source, ["fieldOverrides", at]),
      what: `No known query needs ${count(unused.length, "index", "indexes")} of ${collectionGroup}.${fieldPath}: ${texts.join(", ")}.`,
      why: "Every write that changes the field writes their entries.",
      remedy: {
        text: "Let this take the place of the field's entry.",
        paste: {
          into: "fieldOverrides" as const,
          entry: { collectionGroup, fieldPath, ...(ttl ? { ttl } : {}), indexes: kept },
        },
      },
    };
  });
}

/** Those of an override's indexes that are left when one after the other goes that no query misses. */
function neededOf(override: FieldOverride, { file, queries }: GroupPart): FieldOverride["indexes"] {
  const missesWith = (indexes: FieldOverride["indexes"]): number => {
    const fieldOverrides = file.fieldOverrides.map((one) =>
      one === override ? { ...one, indexes } : one,
    );
    const planned = planAll(queries, { ...file, fieldOverrides });
    return planned.filter(({ plan }) => plan.kind === "missing").length;
  };
  const most = missesWith(override.indexes);
  // From the last: of two that will do, the one that is listed first stays.
  return override.indexes.reduceRight((kept, index) => {
    const fewer = kept.filter((one) => one !== index);
    return missesWith(fewer) > most ? kept : fewer;
  }, override.indexes);
}

/** Composites that others would stand in for, mostly by merging. */
function replaceableIndexes(
  input: AuditInput,
  planned: readonly PlannedQuery[],
  partOf: PartOf,
): readonly Finding[] {
  const { file, name, source } = input.indexes;
  return distinctIndexes(file).distinct.flatMap(({ index, at }) => {
    const readers = planned.filter(
      ({ plan }) => plan.kind === "served" && plan.indexes.includes(index),
    );
    if (readers.length === 0) return [];
    const part = partOf(index.collectionGroup).file;
    const key = indexKey(index);
    const replaced = planAll(
      readers.map(({ known }) => known),
      { ...part, indexes: part.indexes.filter((one) => indexKey(one) !== key) },
    );
    if (replaced.some(({ plan }) => plan.kind === "missing")) return [];
    const stand = replaced.flatMap(({ plan }) => (plan.kind === "served" ? plan.indexes : []));
    const isMerged = replaced.some(({ plan }) => plan.kind === "served" && plan.merged);
    return {
      severity: "info" as const,
      id: "index-by-merging" as const,
      where: placeIn(name, source, ["indexes", at]),
      what: `${index.collectionGroup} ${listOf([index])} could go: ${listOf([...new Set(stand)])} would ${isMerged ? "be merged" : "do"} for ${readers.map(({ known }) => known.name).join(", ")}.`,
      why: isMerged
        ? `One entry less for each document, and a slower query (${OVERVIEW}#use_index_merging).`
        : "One entry less for each document, and the query is as fast.",
      remedy: null,
    };
  });
}

function duplicates(input: AuditInput): readonly Finding[] {
  const { file, name, source } = input.indexes;
  const indexes = distinctIndexes(file).repeats.map(({ index, at }): Finding => ({
    severity: "warning",
    id: "duplicate-index",
    where: placeIn(name, source, ["indexes", at]),
    what: `${index.collectionGroup} ${listOf([index])} is declared already, further up.`,
    why: "It is one index; this entry says nothing.",
    remedy: advice("Remove this entry."),
  }));
  const seen = new Set<string>();
  const overrides = file.fieldOverrides.flatMap(({ collectionGroup, fieldPath }, at): Finding[] => {
    const key = JSON.stringify([collectionGroup, fieldPath]);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      {
        severity: "warning",
        id: "duplicate-override",
        where: placeIn(name, source, ["fieldOverrides", at]),
        what: `${collectionGroup}.${fieldPath} has more than one override.`,
        why: "A field has one list of indexes: the last entry that is deployed counts.",
        remedy: advice("Make one entry of them."),
      },
    ];
  });
  return [...indexes, ...overrides];
}
