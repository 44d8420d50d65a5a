import { parseFieldPath } from "../../firestore/data/field-path.ts";
import type { IndexDefinition } from "../../firestore/indexes/catalogue.ts";
import { columnText, definitionOf, neededIndexes } from "../../firestore/indexes/needed-index.ts";
import { SingleFields } from "../../firestore/indexes/single-fields.ts";
import type { AuditInput } from "./audit-input.ts";
import { count, exemption, listOf } from "./exemption-findings.ts";
import { distinctIndexes } from "./distinct-indexes.ts";
import { advice, placeIn, type Finding, type Place } from "./finding.ts";
import { endsOf, fieldsBefore, worstEnd, type IndexEnds } from "./index-ends.ts";
import { planAll } from "./planned-query.ts";

/** Fields whose values only grow, where they make one end of an index hot. */
export function sequentialFindings(input: AuditInput): readonly Finding[] {
  return [...compositeFindings(input), ...automaticFindings(input)];
}

/** A warning for each composite that binds; those that hardly can are told of together. */
function compositeFindings(input: AuditInput): readonly Finding[] {
  const { file, name, source } = input.indexes;
  const held = distinctIndexes(file).distinct.flatMap(({ index, at }) => {
    const time = index.fields.find(
      ({ fieldPath }) => input.knowledge.kindOf(index.collectionGroup, fieldPath).kind === "time",
    );
    if (time === undefined) return [];
    const ends = endsOf(
      input.knowledge,
      index,
      fieldsBefore(index, time.fieldPath),
      time.fieldPath,
    );
    const where = placeIn(name, source, ["indexes", at]);
    return [{ index, field: time.fieldPath, ends, where }];
  });
  const binding = held.filter(({ ends }) => ends.severity !== "info");
  const quiet = Map.groupBy(
    held.filter(({ ends }) => ends.severity === "info"),
    ({ index, field }) => `${index.queryScope} ${index.collectionGroup}.${field}`,
  );
  return [
    ...binding.map((one) => bindingFinding(one)),
    ...[...quiet.values()].flatMap((all) => {
      const [first] = all;
      if (first === undefined) return [];
      const { collectionGroup } = first.index;
      const indexes = all.map(({ index }) => index);
      return {
        severity: "info" as const,
        id: "sequential-index" as const,
        where: first.where,
        what: `${collectionGroup}.${first.field} grows in ${count(all.length, "composite index", "composite indexes")}, with many ends: ${listOf(indexes)}.`,
        why: worstEnd(input.knowledge, indexes, first.field)?.sentence ?? "",
        remedy: null,
      };
    }),
  ];
}

function bindingFinding({
  index,
  field,
  ends,
  where,
}: {
  readonly index: IndexDefinition;
  readonly field: string;
  readonly ends: IndexEnds;
  readonly where: Place;
}): Finding {
  const columns = index.fields.map(columnText).join(", ");
  const inScope = index.queryScope === "COLLECTION_GROUP" ? ", in collection-group scope" : "";
  return {
    severity: ends.severity,
    id: "sequential-index",
    where,
    what: `${index.collectionGroup} (${columns}): ${field} grows, ${ends.position}${inScope}.`,
    why: ends.sentence,
    remedy: advice(
      `Put a field with many values before ${field} (a user, or a shard of n values for n times the rate: https://docs.cloud.google.com/firestore/native/docs/solutions/shard-timestamp), or do without the index.`,
    ),
  };
}

/** Automatic indexes of such fields, where the file, the schema or a query names them. */
function automaticFindings(input: AuditInput): readonly Finding[] {
  const fields = new SingleFields(input.indexes.file);
  const readersByField = fieldReaders(input);
  return [...namedTimes(input)].flatMap(([group, names]) =>
    [...names].flatMap((fieldPath) => {
      const present = fields.rowsOf(group, parseFieldPath(fieldPath));
      const override = fields.overrideOf(group, parseFieldPath(fieldPath));
      if (present.length === 0) return [];
      const isWide = present.some(({ queryScope }) => queryScope === "COLLECTION_GROUP");
      const queryScope = isWide ? "COLLECTION_GROUP" : "COLLECTION";
      const ends = endsOf(input.knowledge, { collectionGroup: group, queryScope }, [], fieldPath);
      const readers = readersByField.get(fieldKey(group, fieldPath)) ?? [];
      return [
        {
          severity: ends.severity,
          id: "sequential-field" as const,
          where: placeOfField(input, group, fieldPath),
          what: `${group}.${fieldPath} grows, and has ${override === undefined ? "its automatic indexes" : `${count(present.length, "index", "indexes")} of its own`}${isWide ? ", in collection-group scope" : ""}.`,
          why: ends.sentence,
          remedy:
            readers.length === 0
              ? exemption(
                  { collectionGroup: group, fieldPath, ttl: override?.ttl === true },
                  input.areAllQueries
                    ? "No known query reads it: exempt the field."
                    : "Exempt the field, unless a query filters or orders by it alone.",
                )
              : advice(
                  `Read by ${readers.join(", ")}. To write faster, order by a shard field before it.`,
                ),
        },
      ];
    }),
  );
}

function namedTimes(input: AuditInput): ReadonlyMap<string, ReadonlySet<string>> {
  const { knowledge, indexes } = input;
  const named = new Map<string, Set<string>>();
  const add = (group: string, fieldPath: string): void => {
    if (fieldPath === "*" || knowledge.kindOf(group, fieldPath).kind !== "time") return;
    named.set(group, (named.get(group) ?? new Set()).add(fieldPath));
  };
  for (const { collectionGroup, fields } of indexes.file.indexes) {
    for (const { fieldPath } of fields) add(collectionGroup, fieldPath);
  }
  for (const { collectionGroup, fieldPath } of indexes.file.fieldOverrides) {
    add(collectionGroup, fieldPath);
  }
  for (const { query, aggregated } of input.queries) {
    for (const needed of neededIndexes(query, aggregated)) {
      for (const { fieldPath } of definitionOf(needed).fields)
        add(needed.collectionGroup, fieldPath);
    }
  }
  for (const { pattern } of input.families) {
    const group = pattern.split("/").at(-2) ?? "";
    for (const fieldPath of knowledge.timesOf(group)) add(group, fieldPath);
  }
  return named;
}

/**
 * Names of the queries that read a field's own indexes, merged with others or not, and of those that
 * lack one of them.
 */
function fieldReaders({ queries, indexes }: AuditInput): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const { known, plan } of planAll(queries, indexes.file)) {
    for (const { collectionGroup, fields } of plan.kind === "served"
      ? plan.indexes
      : [plan.index]) {
      const [field] = fields;
      if (field === undefined || fields.length > 1) continue;
      const key = fieldKey(collectionGroup, field.fieldPath);
      readers.set(key, [...(readers.get(key) ?? []), known.name]);
    }
  }
  return readers;
}

function fieldKey(group: string, fieldPath: string): string {
  return `${group} ${fieldPath}`;
}

function placeOfField(input: AuditInput, group: string, fieldPath: string): Place {
  const { file, name, source } = input.indexes;
  const override = file.fieldOverrides.findIndex(
    (one) =>
      one.collectionGroup === group && (one.fieldPath === fieldPath || one.fieldPath === "*"),
  );
  if (override !== -1) return placeIn(name, source, ["fieldOverrides", override]);
  const index = file.indexes.findIndex(
    (one) =>
      one.collectionGroup === group && one.fields.some((field) => field.fieldPath === fieldPath),
  );
  return placeIn(name, source, index === -1 ? [] : ["indexes", index]);
}
