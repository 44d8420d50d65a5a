import { OPERATOR_NAMES } from "../../src/system/store/operators.ts";
import type { FieldValue, Query } from "../../src/system/store/store.ts";

/**
 * Runs a query of the store port over REST, past the rules. It is apart from the store's adapters,
 * so that what the emulator reports of a query does not depend on how an SDK rewrites it.
 */
export async function runQuery(
  endpoint: string,
  projectId: string,
  query: Query,
): Promise<readonly string[]> {
  const database = `projects/${projectId}/databases/(default)/documents`;
  const parent = query.from.kind === "collection" ? parentOf(query.from.path) : "";
  const response = await fetch(`http://${endpoint}/v1/${database}${parent}:runQuery`, {
    method: "POST",
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    body: JSON.stringify({ structuredQuery: structuredQuery(query, database) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`runQuery: HTTP ${response.status}: ${text}`);
  const answers = JSON.parse(text) as readonly { readonly document?: { readonly name: string } }[];
  return answers.flatMap(({ document }) => document?.name.slice(`${database}/`.length) ?? []);
}

function structuredQuery(query: Query, database: string): object {
  const filters = (query.where ?? []).map(({ field, operator, value }) => ({
    fieldFilter: {
      field: { fieldPath: field },
      op: OPERATOR_NAMES[operator],
      value: encode(value, field, database),
    },
  }));
  const orderBy = (query.orderBy ?? []).map(({ field, direction }) => ({
    field: { fieldPath: field },
    direction: direction === "asc" ? "ASCENDING" : "DESCENDING",
  }));
  const from =
    query.from.kind === "collection"
      ? { collectionId: lastSegment(query.from.path) }
      : { collectionId: query.from.name, allDescendants: true };
  const after = query.startAfter?.map((value, index) =>
    encode(value, query.orderBy?.[index]?.field ?? "", database),
  );
  return {
    from: [from],
    ...(filters.length === 0 ? {} : { where: { compositeFilter: { op: "AND", filters } } }),
    orderBy,
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    ...(after === undefined ? {} : { startAt: { values: after, before: false } }),
  };
}

function encode(value: FieldValue, field: string, database: string): object {
  if (typeof value === "string") {
    return field === "__name__"
      ? { referenceValue: `${database}/${value}` }
      : { stringValue: value };
  }
  if (typeof value === "boolean") return { booleanValue: value };
  if (typeof value === "number") {
    return Number.isInteger(value) ? { integerValue: String(value) } : { doubleValue: value };
  }
  if (value instanceof Date) return { timestampValue: value.toISOString() };
  throw new Error(`runQuery encodes no ${JSON.stringify(value)}: no query of the service needs it`);
}

function parentOf(collection: string): string {
  const end = collection.lastIndexOf("/");
  return end === -1 ? "" : `/${collection.slice(0, end)}`;
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
