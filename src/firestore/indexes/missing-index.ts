import type { IndexDefinition, IndexField, QueryPlan } from "./catalogue.ts";
import type { FieldOverride, SingleFieldIndex } from "./index-file.ts";
import { compositeToken, exemptionToken } from "./index-link.ts";

const CONSOLE = "https://console.firebase.google.com/v1/r/project";

/**
 * The refusal for want of a composite index, in production's words (firestore-facts section 4).
 * @param index what would answer the query, or its first disjunct without an index.
 */
export function missingComposite(index: IndexDefinition, projectId: string): QueryPlan {
  const link = `${CONSOLE}/${projectId}/firestore/indexes?create_composite=${compositeToken(index, projectId)}`;
  return {
    kind: "missing",
    index,
    message: isVector(index)
      ? vectorMessage(index, projectId)
      : `The query requires an index. You can create it here: ${link}`,
    json: JSON.stringify(indexEntry(index), undefined, 2),
  };
}

/**
 * The refusal for want of an index of one field. The entry holds all the indexes the field has now,
 * since an override takes their place.
 */
export function missingSingleField(
  index: IndexDefinition,
  projectId: string,
  present: { readonly indexes: readonly SingleFieldIndex[]; readonly ttl: boolean },
): QueryPlan {
  const [column] = index.fields;
  const { collectionGroup, queryScope } = index;
  const fieldPath = column?.fieldPath ?? "";
  const mode = `${queryScope}_${modeOf(column)}`;
  const link = `${CONSOLE}/${projectId}/firestore/indexes?create_exemption=${exemptionToken(index, projectId)}`;
  const added = column === undefined ? [] : [singleFieldOf(queryScope, column)];
  return {
    kind: "missing",
    index,
    message: `The query requires a ${mode} index for collection ${collectionGroup} and field ${fieldPath}. You can create it here: ${link}`,
    json: JSON.stringify(
      overrideEntry({
        collectionGroup,
        fieldPath,
        ttl: present.ttl,
        indexes: [...present.indexes, ...added],
      }),
      undefined,
      2,
    ),
  };
}

/** An index as an entry of `indexes` in firestore.indexes.json. */
function indexEntry(index: IndexDefinition): object {
  const { collectionGroup, queryScope } = index;
  const fields = index.fields.map((field) =>
    "vectorConfig" in field
      ? { ...field, vectorConfig: { ...field.vectorConfig, flat: {} } }
      : field,
  );
  return { collectionGroup, queryScope, fields };
}

/** An override as an entry of `fieldOverrides` in firestore.indexes.json. */
function overrideEntry(override: FieldOverride): object {
  const { collectionGroup, fieldPath, ttl, indexes } = override;
  return { collectionGroup, fieldPath, ...(ttl ? { ttl } : {}), indexes };
}

function isVector({ fields }: IndexDefinition): boolean {
  return fields.some((field) => "vectorConfig" in field);
}

function modeOf(column: IndexField | undefined): "ASC" | "DESC" | "CONTAINS" {
  if (column === undefined || !("order" in column)) return "CONTAINS";
  return column.order === "ASCENDING" ? "ASC" : "DESC";
}

function singleFieldOf(
  queryScope: IndexDefinition["queryScope"],
  column: IndexField,
): SingleFieldIndex {
  return "order" in column
    ? { queryScope, order: column.order }
    : { queryScope, arrayConfig: "CONTAINS" };
}

/** https://docs.cloud.google.com/firestore/native/docs/vector-search, "Create a vector index". */
function vectorMessage(index: IndexDefinition, projectId: string): string {
  const configs = index.fields.map((field) => {
    const path = `field-path=${field.fieldPath}`;
    if ("order" in field) return `--field-config=order=${field.order},${path}`;
    if ("arrayConfig" in field) return `--field-config=array-config=CONTAINS,${path}`;
    const { dimension } = field.vectorConfig;
    return `--field-config=vector-config='{"dimension":"${dimension}","flat": "{}"}',${path}`;
  });
  return (
    "Missing vector index configuration. Please create the required index with the following gcloud command: " +
    `gcloud firestore indexes composite create --project=${projectId} ` +
    `--collection-group=${index.collectionGroup} --query-scope=${index.queryScope} ${configs.join(" ")}`
  );
}
