import { parseFieldPath } from "../data/field-path.ts";
import type {
  FieldOperator,
  Filter,
  Order,
  StructuredQuery,
  UnaryOperator,
} from "../data/query.ts";
import type { Value } from "../data/value.ts";
import type { IndexDefinition, IndexField, QueryScope } from "./catalogue.ts";

/** A filter on one field. The value matters to nobody who plans. */
export function where(field: string, operator: FieldOperator, value: Value = 1n): Filter {
  return { kind: "field", field: parseFieldPath(field), operator, value };
}

export function unary(field: string, operator: UnaryOperator): Filter {
  return { kind: "unary", field: parseFieldPath(field), operator };
}

export function and(...filters: readonly Filter[]): Filter {
  return { kind: "and", filters };
}

export function or(...filters: readonly Filter[]): Filter {
  return { kind: "or", filters };
}

/** A query of collection "c" (in `scope`), ordered by "a -b": by a upwards, then by b downwards. */
export function query(
  filter: Filter | undefined,
  orders = "",
  scope: QueryScope = "COLLECTION",
): StructuredQuery {
  return {
    parent: "",
    collectionId: "c",
    allDescendants: scope === "COLLECTION_GROUP",
    where: filter,
    orderBy: orders.split(" ").filter(Boolean).map(order),
    offset: 0,
  };
}

function order(text: string): Order {
  const isDescending = text.startsWith("-");
  return {
    field: parseFieldPath(isDescending ? text.slice(1) : text),
    direction: isDescending ? "descending" : "ascending",
  };
}

/** An index of "c" with columns "a -b tags[]": a upwards, b downwards, elements of tags. */
export function index(columns: string, queryScope: QueryScope = "COLLECTION"): IndexDefinition {
  return { collectionGroup: "c", queryScope, fields: columns.split(" ").map(column) };
}

export function column(text: string): IndexField {
  if (text.endsWith("[]")) return { fieldPath: text.slice(0, -2), arrayConfig: "CONTAINS" };
  return text.startsWith("-")
    ? { fieldPath: text.slice(1), order: "DESCENDING" }
    : { fieldPath: text, order: "ASCENDING" };
}

/** The columns of an index in the same words. */
export function columnsOf({ fields }: IndexDefinition): string {
  return fields
    .map((field) => {
      if ("arrayConfig" in field) return `${field.fieldPath}[]`;
      if ("vectorConfig" in field) return `${field.fieldPath}<${field.vectorConfig.dimension}>`;
      return field.order === "ASCENDING" ? field.fieldPath : `-${field.fieldPath}`;
    })
    .join(" ");
}
