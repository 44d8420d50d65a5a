import type {
  FieldOperator,
  Filter,
  Order,
  StructuredQuery,
} from "../../src/firestore/data/query.ts";
import type { FieldPath } from "../../src/firestore/data/document.ts";
import { Reference, type Value } from "../../src/firestore/data/value.ts";
import type { Rng } from "../../src/std/rng.ts";

export interface RandomQuery {
  readonly query: StructuredQuery;
  /** Fields of a sum or an average; empty: a query for documents. */
  readonly aggregated: readonly FieldPath[];
}

const FIELDS: readonly FieldPath[] = [["a"], ["b"], ["c"], ["d"], ["m", "x"], ["e-f"]];

/**
 * Values that can all be true of one document, whichever filters meet: the emulator answers a query
 * that nothing can match without looking for an index.
 */
const VALUES: Readonly<Record<FieldOperator, Value>> = {
  "==": 5n,
  in: [5n, 6n],
  ">": 1n,
  ">=": 2n,
  "<": 9n,
  "<=": 8n,
  "!=": 3n,
  "not-in": [3n, 4n],
  "array-contains": 5n,
  "array-contains-any": [5n, 6n],
};
const EQUALITIES = ["==", "==", "==", "in"] as const;
const RANGES = [">", ">=", "<", "<="] as const;
const NEGATIONS = ["!=", "not-in"] as const;

/** A query over one collection or all of its name, of the kinds that people write, and some they do not. */
export function randomQuery(rng: Rng, collectionId: string, projectId: string): RandomQuery {
  const documents = `projects/${projectId}/databases/(default)/documents`;
  const where = withNames(rng, randomFilter(rng), `${documents}/${collectionId}/middle`);
  const aggregated = rng.chance(0.1)
    ? Array.from({ length: rng.integer(1, 2) }, () => rng.pick(FIELDS))
    : [];
  return {
    query: {
      parent: "",
      collectionId,
      allDescendants: rng.chance(0.25),
      where,
      orderBy: randomOrders(rng),
      offset: 0,
    },
    aggregated,
  };
}

/** Now and then a range of names besides: of the other half of the documents, or of all but one. */
function withNames(rng: Rng, filter: Filter | undefined, name: string): Filter | undefined {
  if (!rng.chance(0.12)) return filter;
  const operator = rng.pick([">", "<=", ">="] as const);
  const names: Filter = {
    kind: "field",
    field: ["__name__"],
    operator,
    value: new Reference(name),
  };
  return filter === undefined ? names : { kind: "and", filters: [filter, names] };
}

function randomFilter(rng: Rng): Filter | undefined {
  const leaves = rng.integer(0, 4);
  if (leaves === 0) return undefined;
  const negated = rng.chance(0.15) ? [negation(rng)] : [];
  const filters = [
    ...Array.from({ length: leaves }, () => leaf(rng)),
    ...contained(rng),
    ...negated,
  ];
  return nest(rng, filters);
}

/** Mostly one conjunction, as most queries are; else alternatives, up to three deep. */
function nest(rng: Rng, filters: readonly Filter[], depth = 0): Filter {
  const kind = rng.chance(0.3) ? "or" : "and";
  if (filters.length < 2 || depth > 2 || rng.chance(0.6)) return { kind, filters };
  const split = rng.integer(1, filters.length - 1);
  const parts = [filters.slice(0, split), filters.slice(split)];
  return { kind, filters: parts.map((part) => nest(rng, part, depth + 1)) };
}

function leaf(rng: Rng): Filter {
  const field = rng.pick(FIELDS);
  const kind = rng.next();
  if (kind < 0.6) return compare(field, rng.pick(EQUALITIES));
  if (kind < 0.95) return compare(field, rng.pick(RANGES));
  // Fields of their own: what is null or NaN is nothing else.
  return rng.pick([
    { kind: "unary", field: ["n"], operator: "is-null" },
    { kind: "unary", field: ["f"], operator: "is-nan" },
  ]);
}

function negation(rng: Rng): Filter {
  const field = rng.pick(FIELDS);
  if (rng.chance(0.7)) return compare(field, rng.pick(NEGATIONS));
  return { kind: "unary", field, operator: rng.pick(["is-not-null", "is-not-nan"]) };
}

/** At most one: Firestore takes no more in a conjunction. */
function contained(rng: Rng): readonly Filter[] {
  if (!rng.chance(0.2)) return [];
  const operator = rng.pick(["array-contains", "array-contains", "array-contains-any"] as const);
  return [compare(rng.pick(FIELDS), operator)];
}

function compare(field: FieldPath, operator: FieldOperator): Filter {
  return { kind: "field", field, operator, value: VALUES[operator] };
}

function randomOrders(rng: Rng): readonly Order[] {
  const orders: Order[] = [];
  const count = rng.pick([0, 0, 1, 1, 1, 2, 3]);
  for (let at = 0; at < count; at += 1) {
    const field = rng.pick(FIELDS);
    if (orders.some((one) => one.field === field)) continue;
    orders.push({ field, direction: rng.pick(["ascending", "descending"]) });
  }
  if (!rng.chance(0.15)) return orders;
  // The emulator does not read the documents backwards: order by name downwards comes after another.
  const direction =
    orders.length === 0 ? "ascending" : rng.pick(["ascending", "descending"] as const);
  return [...orders, { field: ["__name__"], direction }];
}
