import type { FieldPath } from "../data/document.ts";
import type { Filter, StructuredQuery } from "../data/query.ts";

/**
 * All of a query that decides which index it needs, as one text: where it looks, what it compares
 * and orders by, but none of the values. Names come with their lengths, so that no two queries of
 * different shape have the same text.
 */
export function queryShape(query: StructuredQuery, aggregated: readonly FieldPath[]): string {
  const { collectionId, allDescendants, where, orderBy, findNearest } = query;
  let shape = `${textOf(collectionId ?? "")}${collectionId === undefined}${allDescendants}`;
  if (where !== undefined) shape += filterShape(where);
  for (const { field, direction } of orderBy) shape += ` by${pathText(field)}${direction}`;
  for (const field of aggregated) shape += ` of${pathText(field)}`;
  if (findNearest === undefined) return shape;
  return `${shape} near${pathText(findNearest.field)}${findNearest.queryVector.length}`;
}

function filterShape(filter: Filter): string {
  if (!("filters" in filter)) return ` where${pathText(filter.field)}${filter.operator}`;
  let shape = ` ${filter.kind}(`;
  for (const inner of filter.filters) shape += filterShape(inner);
  return `${shape})`;
}

function pathText(path: FieldPath): string {
  let text = `${path.length}`;
  for (const name of path) text += textOf(name);
  return text;
}

function textOf(name: string): string {
  return ` ${name.length}:${name}`;
}
