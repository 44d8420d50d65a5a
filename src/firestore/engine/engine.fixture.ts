import fc from "fast-check";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng } from "../../std/rng.ts";
import type { FieldPath } from "../data/document.ts";
import type { Cursor, FieldOperator, Filter, Order, StructuredQuery } from "../data/query.ts";
import { Timestamp } from "../data/timestamp.ts";
import { Reference, type MapValue, type Value } from "../data/value.ts";
import type { Write } from "../data/write.ts";
import { createEngine, type EngineOptions } from "./create-engine.ts";
import type { EmbeddedDatabase } from "./database.ts";
import type { Consistency, TransactionId } from "./engine.ts";

export const NAME = { projectId: "p", databaseId: "(default)" };
export const LATEST: Consistency = { kind: "latest" };
const ROOT = "projects/p/databases/(default)/documents";

export interface Rig {
  readonly clock: AutoClock;
  readonly database: EmbeddedDatabase;
}

/** A database of its own on a clock that stands still until somebody sleeps. */
export function rig(options?: EngineOptions): Rig {
  const clock = new AutoClock();
  return { clock, database: createEngine(clock, createRng(1), options).database(NAME) };
}

export function fieldsOf(entries: Readonly<Record<string, Value>>): MapValue {
  return new Map(Object.entries(entries));
}

export function set(path: string, entries: Readonly<Record<string, Value>>): Write {
  return { kind: "update", path, fields: fieldsOf(entries), transforms: [] };
}

export function remove(path: string): Write {
  return { kind: "delete", path };
}

export function reference(path: string): Reference {
  return new Reference(`${ROOT}/${path}`);
}

export function inTransaction(transaction: TransactionId): Consistency {
  return { kind: "transaction", transaction };
}

export function query(parts: Partial<StructuredQuery> = {}): StructuredQuery {
  return { parent: "", collectionId: "c", allDescendants: false, orderBy: [], offset: 0, ...parts };
}

export function where(field: string, operator: FieldOperator, value: Value): Filter {
  return { kind: "field", field: field.split("."), operator, value };
}

export async function pathsOf(
  database: EmbeddedDatabase,
  parts: Partial<StructuredQuery>,
  at: Consistency = LATEST,
): Promise<readonly string[]> {
  const { result } = await database.query(query(parts), at);
  return result.documents.map(({ path }) => path);
}

/** Few values of many types, so that conditions often hold and orders often tie. */
const value: fc.Arbitrary<Value> = fc.constantFrom<Value>(
  null,
  false,
  true,
  Number.NaN,
  0n,
  -0,
  1n,
  1,
  2n,
  2.5,
  2n ** 53n + 1n,
  new Timestamp(5, 0),
  "",
  "x",
  "y",
  new Uint8Array([7]),
  [],
  [1n],
  [1n, "x", null],
  new Map<string, Value>([["k", 1n]]),
  new Map<string, Value>([
    ["__type__", "__vector__"],
    ["value", [1]],
  ]),
);

const elements = fc.array(fc.constantFrom<Value>(1n, 2, "x", null, Number.NaN), { maxLength: 3 });

const anyFields: fc.Arbitrary<MapValue> = fc
  .record(
    { a: value, b: fc.constantFrom<Value>(1n, 2n, 3n, "x"), m: nested(), t: elements },
    { requiredKeys: [] },
  )
  .map((record) => new Map(Object.entries(record)));

function nested(): fc.Arbitrary<Value> {
  return fc.record({ x: value }).map(({ x }) => new Map([["x", x]]));
}

/** Two collections of one name at the root and beneath documents, one within the other, and another. */
const id = fc.integer({ min: 0, max: 60 }).map((number) => `d${number}`);
const anyPath: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: id.map((one) => `c/${one}`) },
  { weight: 2, arbitrary: fc.tuple(id, id).map(([one, other]) => `c/${one}/c/${other}`) },
  { weight: 2, arbitrary: fc.tuple(id, id).map(([one, other]) => `u/${one}/c/${other}`) },
  { weight: 1, arbitrary: id.map((one) => `u/${one}`) },
);

export const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(anyPath, anyFields)
      .map(([path, fields]): Write => ({ kind: "update", path, fields, transforms: [] })),
  },
  { weight: 1, arbitrary: anyPath.map(remove) },
);

const field = fc.constantFrom<FieldPath>(["a"], ["b"], ["m", "x"], ["t"]);
const list = fc.array(value, { minLength: 1, maxLength: 3 });

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant("field" as const),
    field,
    operator: fc.constantFrom<FieldOperator>("<", "<=", ">", ">=", "==", "==", "!="),
    value,
  }),
  fc.record({
    kind: fc.constant("field" as const),
    field,
    operator: fc.constantFrom<FieldOperator>("in", "not-in", "array-contains-any"),
    value: list,
  }),
  fc.record({
    kind: fc.constant("field" as const),
    field: fc.constant<FieldPath>(["t"]),
    operator: fc.constant<FieldOperator>("array-contains"),
    value,
  }),
  fc.record({
    kind: fc.constant("unary" as const),
    field,
    operator: fc.constantFrom("is-null", "is-nan", "is-not-null", "is-not-nan"),
  }),
  fc.record({
    kind: fc.constant("field" as const),
    field: fc.constant<FieldPath>(["__name__"]),
    operator: fc.constantFrom<FieldOperator>("<", "<=", ">", ">=", "==", "!="),
    value: anyPath.map(reference),
  }),
  fc.record({
    kind: fc.constant("field" as const),
    field: fc.constant<FieldPath>(["__name__"]),
    operator: fc.constantFrom<FieldOperator>("in", "not-in"),
    value: fc.array(anyPath.map(reference), { minLength: 1, maxLength: 3 }),
  }),
);

const filter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    leaf,
    fc.record({
      kind: fc.constantFrom("and", "or"),
      filters: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).filter;

const orders: fc.Arbitrary<readonly Order[]> = fc
  .tuple(
    fc.uniqueArray(field, { maxLength: 2 }),
    fc.boolean(),
    fc.array(fc.constantFrom<Order["direction"]>("ascending", "descending"), {
      minLength: 3,
      maxLength: 3,
    }),
  )
  .map(([fields, hasName, directions]) =>
    [...fields, ...(hasName ? [["__name__"]] : [])].map((path, index) => ({
      field: path,
      direction: directions[index] as Order["direction"],
    })),
  );

/** Values for as many of the orders as it pleases. */
function cursorFor(orderBy: readonly Order[]): fc.Arbitrary<Cursor | undefined> {
  return fc.option(
    fc
      .tuple(fc.array(value, { minLength: 2, maxLength: 2 }), anyPath, fc.nat(), fc.boolean())
      .map(([values, path, size, before]) => ({
        values: orderBy
          .slice(0, size % (orderBy.length + 1))
          .map((order, index) =>
            order.field[0] === "__name__" ? reference(path) : (values[index] as Value),
          ),
        before,
      })),
    { nil: undefined, freq: 1 },
  );
}

const place = fc.constantFrom<Pick<StructuredQuery, "parent" | "collectionId" | "allDescendants">>(
  { parent: "", collectionId: "c", allDescendants: false },
  { parent: "", collectionId: "c", allDescendants: true },
  { parent: "c/d1", collectionId: "c", allDescendants: true },
  { parent: "u/d2", collectionId: "c", allDescendants: false },
  { parent: "", collectionId: undefined, allDescendants: true },
  { parent: "c/d3", collectionId: undefined, allDescendants: true },
  { parent: "", collectionId: undefined, allDescendants: false },
);

export const anyQuery: fc.Arbitrary<StructuredQuery> = fc
  .tuple(place, fc.option(filter, { nil: undefined, freq: 2 }), orders)
  .chain(([where_, filter_, orderBy]) =>
    fc.record({
      ...mapConstants(where_),
      where: fc.constant(filter_),
      orderBy: fc.constant(orderBy),
      startAt: cursorFor(orderBy),
      endAt: cursorFor(orderBy),
      offset: fc.constantFrom(0, 0, 1, 5),
      limit: fc.constantFrom(undefined, 0, 1, 3, 20),
    }),
  );

function mapConstants(parts: Pick<StructuredQuery, "parent" | "collectionId" | "allDescendants">): {
  parent: fc.Arbitrary<string>;
  collectionId: fc.Arbitrary<string | undefined>;
  allDescendants: fc.Arbitrary<boolean>;
} {
  return {
    parent: fc.constant(parts.parent),
    collectionId: fc.constant(parts.collectionId),
    allDescendants: fc.constant(parts.allDescendants),
  };
}
