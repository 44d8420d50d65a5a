import type { Rng } from "../../src/std/rng.ts";
import type { Plain } from "../judge/firestore-wire.ts";
import {
  COLLECTIONS,
  commonValue,
  DOCUMENT_IDS,
  documentId,
  fieldPath,
  scalar,
  several,
  SUBCOLLECTIONS,
  value,
} from "./generate-value.ts";

const DIRECTIONS = ["ASCENDING", "DESCENDING"] as const;
const INEQUALITIES = [
  "LESS_THAN",
  "LESS_THAN_OR_EQUAL",
  "GREATER_THAN",
  "GREATER_THAN_OR_EQUAL",
] as const;

/** parent and structuredQuery of a RunQueryRequest. Most are valid; the others tell of validation. */
export function query(rng: Rng): { readonly parent: string; readonly structuredQuery: Plain } {
  const where = rng.chance(0.7) ? filter(rng, 0) : undefined;
  const orderBy = rng.chance(0.6) ? orders(rng) : [];
  return {
    parent: parent(rng),
    structuredQuery: {
      from: from(rng),
      ...(where === undefined ? {} : { where }),
      orderBy,
      ...cursor(rng, "startAt", orderBy),
      ...cursor(rng, "endAt", orderBy),
      ...(rng.chance(0.15) ? { offset: rng.integer(rng.chance(0.05) ? -1 : 0, 3) } : {}),
      ...(rng.chance(0.3) ? { limit: { value: rng.integer(rng.chance(0.05) ? -1 : 0, 4) } } : {}),
      ...(rng.chance(0.15) ? { select: projection(rng) } : {}),
    },
  };
}

function parent(rng: Rng): string {
  if (rng.chance(0.8)) return "$DB/documents";
  return `$DB/documents/${rng.pick(COLLECTIONS)}/${rng.pick(DOCUMENT_IDS)}`;
}

function from(rng: Rng): readonly Plain[] {
  const collectionId = rng.chance(0.7) ? rng.pick(COLLECTIONS) : rng.pick(SUBCOLLECTIONS);
  if (rng.chance(0.02)) return [{ allDescendants: true }];
  return [{ collectionId, allDescendants: rng.chance(0.35) }];
}

function projection(rng: Rng): Plain {
  if (rng.chance(0.2)) return { fields: [{ fieldPath: "__name__" }] };
  return { fields: several(rng, 0, 2, () => ({ fieldPath: fieldPath(rng) })) };
}

function filter(rng: Rng, depth: number): Plain {
  if (depth < 2 && rng.chance(depth === 0 ? 0.45 : 0.2)) {
    const filters = several(rng, rng.chance(0.03) ? 0 : 1, 3, () => filter(rng, depth + 1));
    return { compositeFilter: { op: rng.chance(0.6) ? "AND" : "OR", filters } };
  }
  return rng.chance(0.12) ? unaryFilter(rng) : fieldFilter(rng);
}

function unaryFilter(rng: Rng): Plain {
  const op = rng.pick(["IS_NAN", "IS_NULL", "IS_NOT_NAN", "IS_NOT_NULL"]);
  return { unaryFilter: { op, field: { fieldPath: fieldPath(rng) } } };
}

function fieldFilter(rng: Rng): Plain {
  if (rng.chance(0.1)) return nameFilter(rng);
  const [op, operand] = comparison(rng, () => (rng.chance(0.75) ? commonValue(rng) : value(rng)));
  const path = op.startsWith("ARRAY") && rng.chance(0.7) ? "l" : fieldPath(rng);
  return { fieldFilter: { field: { fieldPath: path }, op, value: operand } };
}

function nameFilter(rng: Rng): Plain {
  const name = (): Plain => ({
    referenceValue: `$DB/documents/${rng.pick(COLLECTIONS)}/${documentId(rng)}`,
  });
  const [op, operand] = comparison(rng, () => (rng.chance(0.95) ? name() : scalar(rng)));
  return { fieldFilter: { field: { fieldPath: "__name__" }, op, value: operand } };
}

function comparison(rng: Rng, operand: () => Plain): readonly [string, Plain] {
  const list = (): Plain => ({ arrayValue: { values: several(rng, 1, 4, operand) } });
  const kind = rng.integer(0, 19);
  if (kind < 7) return ["EQUAL", operand()];
  if (kind < 12) return [rng.pick(INEQUALITIES), operand()];
  if (kind === 12) return ["NOT_EQUAL", operand()];
  if (kind < 15) return ["IN", list()];
  if (kind === 15) return ["NOT_IN", list()];
  if (kind < 18) return ["ARRAY_CONTAINS", operand()];
  if (kind === 18) return ["ARRAY_CONTAINS_ANY", list()];
  return rng.chance(0.1) ? ["IN", operand()] : [rng.pick(INEQUALITIES), operand()];
}

function orders(rng: Rng): readonly Plain[] {
  const all = several(rng, 1, 2, () => ({
    field: { fieldPath: fieldPath(rng) },
    direction: rng.pick(DIRECTIONS),
  }));
  if (rng.chance(0.3)) {
    all.push({ field: { fieldPath: "__name__" }, direction: rng.pick(DIRECTIONS) });
  }
  return all;
}

function cursor(rng: Rng, name: "startAt" | "endAt", orderBy: readonly Plain[]): Plain {
  if (orderBy.length === 0 || !rng.chance(0.25)) return {};
  const count = rng.chance(0.05) ? orderBy.length + 1 : rng.integer(1, orderBy.length);
  const values = Array.from({ length: count }, (_, index) => {
    const order = orderBy[index] as { field?: { fieldPath?: string } } | undefined;
    return order?.field?.fieldPath === "__name__"
      ? { referenceValue: `$DB/documents/${rng.pick(COLLECTIONS)}/${documentId(rng)}` }
      : rng.chance(0.7)
        ? commonValue(rng)
        : scalar(rng);
  });
  return { [name]: { values, before: rng.chance(0.5) } };
}

/** A structuredAggregationQuery and its parent. */
export function aggregation(rng: Rng): Plain {
  const { parent, structuredQuery } = query(rng);
  const aggregations = several(rng, rng.chance(0.03) ? 0 : 1, 3, () => ({
    ...(rng.chance(0.9) ? { alias: rng.pick(["one", "two", "three", "four"]) } : {}),
    ...rng.pick([
      { count: {} },
      { count: { upTo: { value: String(rng.integer(1, 3)) } } },
      { sum: { field: { fieldPath: fieldPath(rng) } } },
      { avg: { field: { fieldPath: fieldPath(rng) } } },
    ]),
  }));
  return { parent, structuredAggregationQuery: { structuredQuery, aggregations } };
}
