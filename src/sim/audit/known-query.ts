import { formatFieldPath } from "../../firestore/data/field-path.ts";
import type { Filter, StructuredQuery } from "../../firestore/data/query.ts";
import type { FieldPath } from "../../firestore/data/document.ts";
import { SERVICE_QUERIES } from "../../system/queries/service-queries.ts";
import type { Place } from "./finding.ts";
import { toStructuredQuery } from "./store-query.ts";

/** A query that the indexes have to serve. */
export interface KnownQuery {
  readonly name: string;
  /** Where it is written; undefined for the service's own, which are code. */
  readonly place: Place | undefined;
  readonly query: StructuredQuery;
  readonly aggregated: readonly FieldPath[];
}

/** The service's, of all collection groups or of those named. */
export function serviceQueries(groups?: ReadonlySet<string>): readonly KnownQuery[] {
  return Object.entries(SERVICE_QUERIES)
    .map(([name, query]): KnownQuery => {
      return { name, place: undefined, query: toStructuredQuery(query), aggregated: [] };
    })
    .filter(({ query }) => groups === undefined || groups.has(query.collectionId ?? ""));
}

/** A query in a line: "users/…/trades where side == and created_at >= order by created_at desc". */
export function describeQuery({ query, aggregated }: KnownQuery): string {
  const parent = query.parent === "" ? "" : `${patternOfParent(query.parent)}/`;
  const from = query.allDescendants
    ? `collection group ${query.collectionId ?? "(all)"}`
    : `${parent}${query.collectionId ?? "(all)"}`;
  const where = query.where === undefined ? "" : describeFilter(query.where);
  const orders = query.orderBy.map(
    ({ field, direction }) =>
      `${formatFieldPath(field)}${direction === "descending" ? " desc" : ""}`,
  );
  return [
    aggregated.length === 0 ? "" : `sum of ${aggregated.map(formatFieldPath).join(", ")} in `,
    from,
    where === "" ? "" : ` where ${where}`,
    orders.length === 0 ? "" : ` order by ${orders.join(", ")}`,
  ].join("");
}

/** IDs differ from query to query. */
function patternOfParent(parent: string): string {
  return parent
    .split("/")
    .map((segment, index) => (index % 2 === 1 ? "…" : segment))
    .join("/");
}

function describeFilter(filter: Filter): string {
  if ("filters" in filter) {
    const parts = filter.filters.map((part) => {
      const text = describeFilter(part);
      return "filters" in part && part.filters.length > 1 ? `(${text})` : text;
    });
    return parts.join(` ${filter.kind} `);
  }
  const field = formatFieldPath(filter.field);
  if (filter.kind === "unary") return `${field} ${filter.operator.replaceAll("-", " ")}`;
  const { value, operator } = filter;
  return typeof value === "string" && field !== "__name__"
    ? `${field} ${operator} ${JSON.stringify(value)}`
    : `${field} ${operator} …`;
}
