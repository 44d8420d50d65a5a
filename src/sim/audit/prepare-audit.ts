import { readIndexFile, type IndexFile } from "../../firestore/indexes/index-file.ts";
import type { AuditInput } from "./audit-input.ts";
import { auditedFamilies } from "./audited-families.ts";
import { nameKnowledge, serviceKnowledge } from "./field-knowledge.ts";
import { serviceQueries, type KnownQuery } from "./known-query.ts";
import { readQueries } from "./queries-file.ts";
import { readRules, RulesFault, type RulesFile } from "./rules-file.ts";

export interface AuditFile {
  /** As findings name it. */
  readonly name: string;
  readonly text: string;
}

/** The files of an audit, read but not understood. */
export interface AuditFiles {
  readonly indexes: AuditFile;
  /** Whether the indexes are the service's own, and its schema and queries belong to them. */
  readonly isOwnIndexes: boolean;
  readonly rules: AuditFile | undefined;
  readonly queries: AuditFile | undefined;
  /** src/system/schema/catalogue.ts: where the patterns of the service's documents are written. */
  readonly catalogue: AuditFile;
}

export type PreparedAudit =
  | { readonly kind: "ready"; readonly input: AuditInput; readonly notes: readonly string[] }
  /** "FILE:LINE: what is wrong", all of them. */
  | { readonly kind: "faulty"; readonly faults: readonly string[] };

/** Reads the files' texts, and decides what else is known of the database they are about. */
export function prepareAudit(files: AuditFiles): PreparedAudit {
  const indexes = readIndexFile(files.indexes.text);
  const rules = files.rules === undefined ? undefined : tryReadRules(files.rules.text);
  const queries =
    files.queries === undefined ? undefined : readQueries(files.queries.text, files.queries.name);
  const faults = [
    ...faultsIn(files.indexes.name, indexes.kind === "faulty" ? indexes.faults : []),
    ...faultsIn(files.rules?.name ?? "", rules instanceof RulesFault ? [rules] : []),
    ...faultsIn(files.queries?.name ?? "", queries?.kind === "faulty" ? queries.faults : []),
  ];
  if (indexes.kind === "faulty" || rules instanceof RulesFault || queries?.kind === "faulty") {
    return { kind: "faulty", faults };
  }
  const groups = serviceGroups(indexes.file);
  const known = knownOf(files, groups, queries?.queries, rules);
  const input: AuditInput = {
    ...known,
    indexes: { name: files.indexes.name, file: indexes.file, source: indexes.source },
    rules:
      files.rules === undefined || rules === undefined
        ? undefined
        : { name: files.rules.name, file: rules },
  };
  return { kind: "ready", input, notes: notesOf(files, input) };
}

/**
 * The collection groups of a file that are the service's, by their names and by all their fields:
 * "users" alone is in half of all projects.
 */
function serviceGroups(file: IndexFile): ReadonlySet<string> {
  const schema = serviceKnowledge();
  const named = [
    ...file.indexes.map(({ collectionGroup, fields }) => ({
      collectionGroup,
      fields: fields.map(({ fieldPath }) => fieldPath),
    })),
    ...file.fieldOverrides.map(({ collectionGroup, fieldPath }) => ({
      collectionGroup,
      fields: [fieldPath],
    })),
  ];
  const isKnown = ({ collectionGroup, fields }: (typeof named)[number]): boolean => {
    const own = fields.filter((field) => field !== "*" && field !== "__name__");
    return schema.patternsOf(collectionGroup, own).length > 0;
  };
  const foreign = new Set(named.filter((one) => !isKnown(one)).map((one) => one.collectionGroup));
  return new Set(named.map((one) => one.collectionGroup).filter((group) => !foreign.has(group)));
}

function tryReadRules(text: string): RulesFile | RulesFault {
  try {
    return readRules(text);
  } catch (error) {
    if (error instanceof RulesFault) return error;
    throw error;
  }
}

function faultsIn(
  name: string,
  faults: readonly { readonly line: number; readonly message: string }[],
): readonly string[] {
  return faults.map(({ line, message }) => `${name}:${line}: ${message}`);
}

type Known = Pick<AuditInput, "queries" | "areAllQueries" | "knowledge" | "families">;

/**
 * The service's schema goes with its own indexes, and with files about collections of its own that
 * come without queries.
 * @param groups those collections' names.
 */
function knownOf(
  files: AuditFiles,
  groups: ReadonlySet<string>,
  queries: readonly KnownQuery[] | undefined,
  rules: RulesFile | undefined,
): Known {
  const placeOf = (pattern: string) => ({
    file: files.catalogue.name,
    line: lineOf(files.catalogue.text, pattern),
  });
  if (files.isOwnIndexes) {
    return {
      queries: queries ?? serviceQueries(),
      areAllQueries: true,
      knowledge: serviceKnowledge(),
      families: auditedFamilies(placeOf),
    };
  }
  if (queries !== undefined) {
    const knowledge = nameKnowledge(patternsOf(queries, rules));
    return { queries, areAllQueries: true, knowledge, families: [] };
  }
  return {
    queries: serviceQueries(groups),
    areAllQueries: false,
    knowledge: groups.size > 0 ? serviceKnowledge() : nameKnowledge(patternsOf([], rules)),
    families: auditedFamilies(placeOf, groups),
  };
}

/** Where a text first stands in a file. */
function lineOf(text: string, part: string): number {
  const at = text.indexOf(`"${part}"`);
  return at === -1 ? 1 : text.slice(0, at).split("\n").length;
}

/** Paths of collections, as the rules and the queries write them. */
function patternsOf(
  queries: readonly KnownQuery[],
  rules: RulesFile | undefined,
): readonly string[] {
  const ofRules = (rules?.blocks ?? [])
    .map(({ path }) => path.split("/").slice(1, -1))
    .filter((segments) => segments.length % 2 === 1 && !segments.join("/").includes("=**"))
    .map((segments) => segments.join("/"));
  const ofQueries = queries
    .filter(({ query }) => !query.allDescendants)
    .map(({ query }) =>
      [...(query.parent === "" ? [] : [query.parent]), query.collectionId].join("/"),
    );
  return [...new Set([...ofRules, ...ofQueries])];
}

function notesOf(files: AuditFiles, input: AuditInput): readonly string[] {
  const names = new Set(input.queries.map(({ query }) => query.collectionId));
  const isGuessed = !files.isOwnIndexes && files.queries === undefined;
  const notes = [`What fields hold is taken from ${input.knowledge.basis}.`];
  if (isGuessed && names.size > 0) {
    notes.push(
      `No --queries were given: ${[...names].join(", ")} have names and fields of this project's service, so its ${input.queries.length} queries of them are held against the file. If they are not yours, give --queries.`,
    );
  }
  if (isGuessed && names.size === 0) {
    notes.push(
      "No --queries were given, and no query of this project's service is about these collections: missing and unused indexes were not looked for.",
    );
  }
  if (input.rules === undefined) notes.push("No --rules were given: they were not judged.");
  return notes;
}
