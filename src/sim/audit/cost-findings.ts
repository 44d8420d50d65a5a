import { lastSegment } from "../../firestore/data/document-path.ts";
import { documentSize } from "../../firestore/data/value-size.ts";
import type { MapValue } from "../../firestore/data/value.ts";
import type { IndexCatalogue, IndexEntry } from "../../firestore/indexes/catalogue.ts";
import { createCatalogue } from "../../firestore/indexes/create-catalogue.ts";
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
  const entries = sizeOf(made);
  return {
    severity: "info",
    id: "write-cost",
    where: place,
    what: `${name}: a create writes ${count(made.length, "index entry", "index entries")} beside the document (${unexempted.length} without the overrides)${rewriteText(family, catalogue, without)}.`,
    why: `A document of usual size takes ${figureText(size)} bytes and its entries ${figureText(entries)} (${figureText(sizeOf(unexempted))} without the overrides; ${SIZES}). ${phasesText(made.length)} (${SCALE}).`,
    remedy: null,
  };
}

function phasesText(entries: number): string {
  if (entries === 0) return "The commit concerns one split, so it needs no second phase";
  return `The commit is one in two phases as soon as they lie in more than one split: here in up to ${figureText(entries + 1)}, and it is slower with each`;
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
function sizeOf(entries: readonly IndexEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
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
