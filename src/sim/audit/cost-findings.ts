import { parseFieldPath } from "../../firestore/data/field-path.ts";
import { collectionOf, lastSegment, parentOf } from "../../firestore/data/document-path.ts";
import { getField } from "../../firestore/data/map-fields.ts";
import {
  documentNameSize,
  documentSize,
  fieldPathSize,
  valueSize,
} from "../../firestore/data/value-size.ts";
import type { MapValue } from "../../firestore/data/value.ts";
import type { IndexCatalogue, IndexEntry } from "../../firestore/indexes/catalogue.ts";
import { createCatalogue } from "../../firestore/indexes/create-catalogue.ts";
import { LIMITS } from "../../firestore/limits/limits.ts";
import type { AuditedFamily, AuditInput } from "./audit-input.ts";
import { count } from "./exemption-findings.ts";
import { ownerOf } from "./field-knowledge.ts";
import { advice, type Finding } from "./finding.ts";
import { figureText, limitText } from "./limit-text.ts";

const SCALE = "https://docs.cloud.google.com/firestore/native/docs/understand-reads-writes-scale";
const SIZES = "https://docs.cloud.google.com/firestore/native/docs/storage-size#index-entry-size";

/** What a write of each kind of document costs, and which documents are written over and over. */
export function costFindings(input: AuditInput): readonly Finding[] {
  const { file } = input.indexes;
  const catalogue = createCatalogue(file);
  // The same composites, and every field indexed as if there were no override.
  const without = createCatalogue({ ...file, fieldOverrides: [] });
  return input.families.flatMap((family) => [
    writeCost(family, catalogue, without),
    ...hotDocument(family),
  ]);
}

function writeCost(
  family: AuditedFamily,
  catalogue: IndexCatalogue,
  without: IndexCatalogue,
): Finding {
  const { name, pattern, sample, place } = family;
  const made = catalogue.changes(pattern, undefined, sample).inserted;
  const unexempted = without.changes(pattern, undefined, sample).inserted;
  const size = documentSize(pattern, sample);
  const entries = sizeOf(pattern, sample, made);
  return {
    severity: "info",
    id: "write-cost",
    where: place,
    what: `${name}: a create writes ${count(made.length, "index entry", "index entries")} beside the document (${unexempted.length} without the overrides)${rewriteText(family, catalogue, without)}.`,
    why: `A document of usual size takes ${figureText(size)} bytes and its entries ${figureText(entries)} (${figureText(sizeOf(pattern, sample, unexempted))} without the overrides; ${SIZES}). The commit is one in two phases as soon as they lie in more than one split: here in up to ${figureText(made.length + 1)}, and it is slower with each (${SCALE}).`,
    remedy: null,
  };
}

function rewriteText(
  { pattern, sample, rewrite }: AuditedFamily,
  catalogue: IndexCatalogue,
  without: IndexCatalogue,
): string {
  if (rewrite === undefined) return "";
  const after: MapValue = new Map(
    [...sample].map(([field, value]) => [
      field,
      rewrite.fields.includes(field) ? "changed" : value,
    ]),
  );
  const rows = (one: IndexCatalogue): number => {
    const { removed, inserted } = one.changes(pattern, sample, after);
    return removed.length + inserted.length;
  };
  return `; a rewrite (${rewrite.how}: ${rewrite.fields.join(", ")}) ${rows(catalogue)} (${rows(without)})`;
}

/** Bytes that the entries are stored in. */
function sizeOf(path: string, fields: MapValue, entries: readonly IndexEntry[]): number {
  return entries.reduce((sum, entry) => sum + entrySize(path, fields, entry), 0);
}

/**
 * An entry's bytes: names of the document and, in collection scope, of its parent; the value, and of
 * an index of one field its name; and what every entry has. By the page on storage sizes.
 */
function entrySize(path: string, fields: MapValue, { definition }: IndexEntry): number {
  const isGroup = definition.queryScope === "COLLECTION_GROUP";
  const isSingle = definition.fields.length === 1;
  const values = definition.fields.reduce((sum, { fieldPath }) => {
    const field = parseFieldPath(fieldPath);
    const value = getField(fields, field);
    const bytes = Math.min(
      LIMITS["indexed-value-size"].value,
      value === undefined ? 0 : valueSize(value),
    );
    return sum + bytes + (isSingle ? fieldPathSize(field) : 0);
  }, 0);
  const parent = parentOf(collectionOf(path));
  const names =
    documentNameSize(path) + (isGroup ? 0 : parent === "" ? 0 : documentNameSize(parent));
  return names + values + (isGroup && isSingle ? 48 : 32);
}

/** Documents whose number is fixed by how they are named, and that are written again and again. */
function hotDocument({ name, pattern, place, rewrite }: AuditedFamily): readonly Finding[] {
  if (rewrite === undefined) return [];
  const wildcards = pattern.match(/\{[^}]*\}/g) ?? [];
  const isSingle = wildcards.length === 0;
  // IDs that are made anew for each document spread by themselves.
  if (lastSegment(pattern) === "{tradeId}") return [];
  const each = isSingle
    ? "one document for all"
    : `one document for each ${wildcards.join(" and ")}`;
  return [
    {
      severity: isSingle ? "warning" : "info",
      id: "hot-document",
      where: place,
      what: `${name} (${pattern}) is ${each}, rewritten ${rewrite.how}.`,
      why: `A document's writes wait for each other: about ${limitText("document-writes")}. No split helps one document.${ownerOf(pattern) === "user" ? " Each user has their own." : ""}`,
      remedy: isSingle
        ? advice(
            "Write one document for each writer and add them up when reading (https://docs.cloud.google.com/firestore/native/docs/solutions/counters).",
          )
        : null,
    },
  ];
}
