import type { IndexDefinition, IndexField } from "../indexes/catalogue.ts";

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
