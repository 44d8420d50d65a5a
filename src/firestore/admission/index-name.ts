import type { IndexDefinition, IndexEntry, IndexField } from "../indexes/catalogue.ts";

/** "trades (status ASC, created_at DESC)": an index over all its parents, as reports name it. */
export function indexName(definition: IndexDefinition, collectionGroup: string): string {
  const fields = definition.fields.map(columnText).join(", ");
  const scope = definition.queryScope === "COLLECTION_GROUP" ? "collection group " : "";
  return `${scope}${collectionGroup} (${fields})`;
}

function columnText(field: IndexField): string {
  if ("order" in field) return `${field.fieldPath} ${field.order === "ASCENDING" ? "ASC" : "DESC"}`;
  return `${field.fieldPath} ${"arrayConfig" in field ? "CONTAINS" : "VECTOR"}`;
}

/** Whether the next entry is of the same single field's descending index, as the first is of its ascending one. */
export function isTwin(entry: IndexEntry, next: IndexEntry | undefined): boolean {
  if (next === undefined) return false;
  const [first, second] = [entry.definition, next.definition];
  if (first.fields.length !== 1 || second.fields.length !== 1) return false;
  const [column, other] = [first.fields[0] as IndexField, second.fields[0] as IndexField];
  return (
    "order" in column &&
    "order" in other &&
    column.order === "ASCENDING" &&
    other.order === "DESCENDING" &&
    column.fieldPath === other.fieldPath &&
    first.queryScope === second.queryScope
  );
}
