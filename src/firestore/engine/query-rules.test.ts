import { describe, expect, it } from "vitest";
import type { Filter, Order, StructuredQuery } from "../data/query.ts";
import { GeoPoint, type Value } from "../data/value.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { EmbeddedDatabase } from "./database.ts";
import { fieldsOf, LATEST, pathsOf, query, reference, rig, set, where } from "./engine.fixture.ts";

/*
 * What the emulator answers (jar of 2025-06, asked over REST), value for value. The law in
 * query.test.ts holds the engine to a reference; this holds both to Firestore.
 */

const vector = (...value: number[]): Value => fieldsOf({ __type__: "__vector__", value });
const not = (field: string): Filter => ({
  kind: "unary",
  field: [field],
  operator: "is-not-null",
});
const and = (...filters: Filter[]): Filter => ({ kind: "and", filters });
const or = (...filters: Filter[]): Filter => ({ kind: "or", filters });
const by = (field: string, direction: Order["direction"] = "ascending"): Order => ({
  field: [field],
  direction,
});

function stocked(): EmbeddedDatabase {
  const { database } = rig();
  const x: Record<string, Value> = {
    a: 1n,
    b: 1.5,
    c: Number.NaN,
    d: null,
    e: "s",
    g: [1n, 2n],
    h: fieldsOf({ k: 1n }),
    i: true,
    j: new Timestamp(1_577_836_800, 0),
    k: new Uint8Array([0, 1]),
    l: reference("c/a"),
    m: new GeoPoint(1, 2),
    n: -0,
    o: 0n,
    p: vector(1),
    r: [Number.NaN],
    s: [null],
  };
  for (const [id, value] of Object.entries(x)) database.commitNow([set(`c/${id}`, { x: value })]);
  database.commitNow([set("c/f", { y: 2n }), set("c/a", { x: 1n, y: 1n })]);
  return database;
}

async function idsOf(parts: Partial<StructuredQuery>): Promise<string> {
  const paths = await pathsOf(stocked(), parts);
  return paths.map((path) => path.replace(/^c\//, "")).join("");
}

describe("a filter", () => {
  it.each<readonly [Parameters<typeof where>[1], Value, string]>([
    ["==", 1n, "a"],
    ["==", 0n, "no"],
    ["==", null, ""],
    ["==", Number.NaN, ""],
    ["!=", 1n, "icnobjeklmsrgph"],
    ["!=", null, ""],
    ["!=", Number.NaN, "icnoabjeklmsrgph"],
    ["<", 1n, "no"],
    ["<", Number.NaN, ""],
    ["<", [1n], "sr"],
    ["<=", 0n, "no"],
    ["<=", "s", "e"],
    [">", 1n, "b"],
    [">", null, ""],
    [">", [1n], "g"],
    [">=", 0n, "noab"],
    ["in", [1n, "s"], "ae"],
    ["in", [1n, null, Number.NaN], "a"],
    ["not-in", [1n, "s"], "icnobjklmsrgph"],
    ["not-in", [1n, null], ""],
    ["not-in", [1n, Number.NaN], "icnobjeklmsrgph"],
    ["array-contains", 1n, "g"],
    ["array-contains", null, ""],
    ["array-contains", Number.NaN, ""],
    ["array-contains-any", [2n, Number.NaN, null], "g"],
  ])("x %s %o", async (operator, value, ids) => {
    expect(await idsOf({ where: where("x", operator, value) })).toBe(ids);
  });

  it.each([
    ["is-null", "d"],
    ["is-nan", "c"],
    ["is-not-null", "icnoabjeklmsrgph"],
    ["is-not-nan", "inoabjeklmsrgph"],
  ] as const)("x %s", async (operator, ids) => {
    expect(await idsOf({ where: { kind: "unary", field: ["x"], operator } })).toBe(ids);
  });

  it.each<readonly [string, Partial<StructuredQuery>, string]>([
    ["inequalities of two fields", { where: and(where("x", ">", 0n), where("y", ">", 0n)) }, "a"],
    ["no conditions at all", { where: and() }, "abcdefghijklmnoprs"],
    [
      "an inequality asks for its field, also in an OR",
      { where: or(where("x", ">", 0n), where("y", "==", 2n)) },
      "ab",
    ],
    [
      "an OR without one does not",
      { where: or(where("x", "==", "s"), where("y", "==", 2n)) },
      "ef",
    ],
    [
      "and limits after the sort",
      { where: or(where("x", "==", "s"), where("y", "==", 2n)), limit: 1 },
      "e",
    ],
    ["each document once", { where: or(where("x", "==", 1n), where("y", "==", 1n)) }, "a"],
    ["a name", { where: where("__name__", "==", reference("c/a")) }, "a"],
    [
      "names after one of another collection",
      { where: where("__name__", ">", reference("b/f")), limit: 2 },
      "ab",
    ],
    [
      "names of a list",
      { where: where("__name__", "in", ["c/a", "c/b", "d/1"].map(reference)) },
      "ab",
    ],
    ["a nested field", { where: where("x.k", "==", 1n) }, "h"],
  ])("%s", async (_name, parts, ids) => {
    expect(await idsOf(parts)).toBe(ids);
  });
});

describe("an order", () => {
  it.each<readonly [string, Partial<StructuredQuery>, string]>([
    ["of all types, names where values tie", { orderBy: [by("x")] }, "dicnoabjeklmsrgph"],
    [
      "descending, and the names with it",
      { orderBy: [by("x", "descending")] },
      "hpgrsmlkejbaoncid",
    ],
    [
      "with names of their own direction",
      { orderBy: [by("x"), by("__name__", "descending")] },
      "diconabjeklmsrgph",
    ],
    [
      "of another field than the inequality's",
      { where: where("x", ">", 0n), orderBy: [by("y")] },
      "a",
    ],
    [
      "from a value on",
      { orderBy: [by("x")], startAt: { values: [1n], before: true } },
      "abjeklmsrgph",
    ],
    [
      "after a value",
      { orderBy: [by("x")], startAt: { values: [1n], before: false } },
      "bjeklmsrgph",
    ],
    ["up to a value", { orderBy: [by("x")], endAt: { values: [1n], before: false } }, "dicnoa"],
    ["before a value", { orderBy: [by("x")], endAt: { values: [1n], before: true } }, "dicno"],
    [
      "after a document",
      {
        orderBy: [by("x"), by("__name__")],
        startAt: { values: [0n, reference("c/n")], before: false },
      },
      "oabjeklmsrgph",
    ],
    ["skipping and limiting", { offset: 3, limit: 2 }, "de"],
    ["with a limit of none", { limit: 0 }, ""],
  ])("%s", async (_name, parts, ids) => {
    expect(await idsOf(parts)).toBe(ids);
  });

  it("tells how many documents the offset skipped", async () => {
    const { result } = await stocked().query(query({ offset: 300 }), LATEST);
    expect(result).toEqual({ documents: [], skipped: 18 });
  });
});

describe("a projection", () => {
  it("leaves the fields asked for, and nothing by the name alone", async () => {
    const database = stocked();
    const fields = async (...select: string[]) => {
      const parts = {
        where: where("x.k", "==", 1n),
        select: select.map((text) => text.split(".")),
      };
      return (await database.query(query(parts), LATEST)).result.documents[0]?.fields;
    };
    expect(await fields("x.k", "x.zz")).toEqual(fieldsOf({ x: fieldsOf({ k: 1n }) }));
    expect(await fields("__name__")).toEqual(new Map());
    expect(await fields("zz")).toEqual(new Map());
  });
});

describe("a query over many collections", () => {
  const paths = ["c/a/sub/1", "c/a/sub/2", "c/zz/sub/3", "sub/top", "d/1/sub/1", "c/b"];

  it.each<readonly [string, Partial<StructuredQuery>, readonly string[]]>([
    [
      "of one name",
      { collectionId: "sub", allDescendants: true },
      ["c/a/sub/1", "c/a/sub/2", "c/zz/sub/3", "d/1/sub/1", "sub/top"],
    ],
    [
      "beneath a document",
      { collectionId: "sub", allDescendants: true, parent: "c/a" },
      ["c/a/sub/1", "c/a/sub/2"],
    ],
    [
      "of any name",
      { collectionId: undefined, allDescendants: true, limit: 3 },
      ["c/a/sub/1", "c/a/sub/2", "c/b"],
    ],
    ["of any name, right at the root", { collectionId: undefined }, ["c/b", "sub/top"]],
    [
      "of any name, right beneath a document",
      { collectionId: undefined, parent: "c/a" },
      ["c/a/sub/1", "c/a/sub/2"],
    ],
    [
      "of any name, between two names, as recursiveDelete asks",
      {
        collectionId: undefined,
        allDescendants: true,
        where: and(
          where("__name__", ">=", reference("c/__id-9223372036854775808__")),
          where("__name__", "<", reference("c\0/__id-9223372036854775808__")),
        ),
      },
      ["c/a/sub/1", "c/a/sub/2", "c/b", "c/zz/sub/3"],
    ],
  ])("%s", async (_name, parts, expected) => {
    const { database } = rig();
    for (const path of paths) database.commitNow([set(path, { x: 1n })]);
    expect(await pathsOf(database, parts)).toEqual(expected);
  });
});

describe("what a query may not ask", () => {
  const numbers = (count: number): Value =>
    Array.from({ length: count }, (_, index) => BigInt(index));

  it.each<readonly [Partial<StructuredQuery>, string]>([
    [{ limit: -1 }, "limit is negative"],
    [{ offset: -1 }, "offset is negative"],
    [{ collectionId: "a/b" }, 'Collection id "a/b" is invalid because it contains "/".'],
    [{ collectionId: "__x__" }, 'Collection id "__x__" is invalid because it is reserved.'],
    [{ where: where("x", "in", []) }, "'IN' requires an non-empty ArrayValue."],
    [{ where: where("x", "in", 1n) }, "'IN' requires an ArrayValue."],
    [{ where: where("x", "not-in", []) }, "'NOT_IN' requires an non-empty ArrayValue."],
    [
      { where: where("x", "array-contains-any", []) },
      "'ARRAY_CONTAINS_ANY' requires an non-empty ArrayValue.",
    ],
    [{ where: where("x", "in", numbers(31)) }, "'IN' supports up to 30 comparison values."],
    [{ where: where("x", "not-in", numbers(11)) }, "'NOT_IN' supports up to 10 comparison values."],
    [
      { where: and(where("x", "in", numbers(16)), where("y", "in", numbers(2))) },
      "Too many disjunctions after normalization. Result had 32 disjunctions which is more than the maximum of 30",
    ],
    [
      { where: and(where("x", "array-contains", 1n), where("x", "array-contains-any", [2n])) },
      "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.",
    ],
    [
      { where: and(where("x", "!=", 1n), not("y")) },
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    ],
    [
      { where: and(where("x", "in", [1n]), where("x", "not-in", [2n])) },
      "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
    ],
    [
      { where: or(where("x", "==", 1n), where("x", "not-in", [2n])) },
      "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
    ],
    [
      { where: or(and(where("x", "not-in", [2n]))) },
      "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
    ],
    [{ where: or() }, "Composite filter must have at least one sub-filter."],
    [{ where: where("__name__", "==", "a") }, "__key__ filter value must be a Key"],
    [
      { where: where("__name__", "==", reference("c")) },
      'Resource name "projects/p/databases/(default)/documents/c" lacks "/" at index 42.',
    ],
    [
      { orderBy: [by("__name__"), by("x")] },
      "order by clause cannot contain more fields after the key",
    ],
    [
      { orderBy: [by("x"), by("x", "descending")] },
      "order by clause cannot contain duplicate fields x",
    ],
    [
      { orderBy: [by("x")], startAt: { values: [1n, reference("c/a")], before: true } },
      "Cursor has too many values.",
    ],
    [
      { orderBy: [by("__name__")], startAt: { values: ["a"], before: true } },
      "Cursor __key__ value is not a document reference.",
    ],
    [{ collectionId: undefined, where: where("x", "==", 1n) }, "kind is required for filter: x"],
    [
      { collectionId: undefined, orderBy: [by("__name__", "descending")] },
      "kind is required for all orders except __key__ ascending",
    ],
  ])("%o", async (parts, message) => {
    const { database } = rig();
    await expect(database.query(query(parts), LATEST)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message,
    });
  });

  const wrongVector = fieldsOf({ __type__: "__vector__" });

  it.each<readonly [string, Partial<StructuredQuery>, string]>([
    [
      "a reserved field",
      { where: where("__x__", "==", 1n) },
      "Invalid reserved name in field path __x__",
    ],
    ["a reserved order", { orderBy: [by("__x__")] }, "Invalid reserved name in field path __x__"],
    ["a reserved projection", { select: [["__x__"]] }, "Invalid reserved name in field path __x__"],
    [
      "a list of names",
      { where: where("__name__", "array-contains", reference("c/a")) },
      "the name __key__ is reserved",
    ],
    [
      "a name that is null",
      { where: { kind: "unary", field: ["__name__"], operator: "is-null" } },
      "__key__ filter value must be a Key",
    ],
    [
      "a fixed name and an inequality",
      { where: and(where("__name__", "==", reference("c/a")), where("x", ">", 1n)) },
      "Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.",
    ],
    [
      "an inequality behind the name",
      { where: where("x", ">", 1n), orderBy: [by("__name__")] },
      "order by clause cannot contain more fields after the key",
    ],
    [
      "a group beneath a document, by a field",
      { parent: "c/a", allDescendants: true, where: where("x", "==", 1n) },
      "collection group queries are only allowed at the root parent",
    ],
    [
      "a vector without numbers",
      { where: where("x", "==", wrongVector) },
      "Vector map is missing key 'value'.",
    ],
    [
      "a cursor with one",
      { orderBy: [by("x")], endAt: { values: [wrongVector], before: true } },
      "Vector map is missing key 'value'.",
    ],
    [
      "a reserved name in a value",
      { where: where("x", "in", [fieldsOf({ __a__: 1n })]) },
      "field name '__a__' is reserved.",
    ],
    [
      "a place off the globe",
      { where: where("x", "<", new GeoPoint(100, 0)) },
      "Geo point latitude '100.0' outside permitted range -90.0 to 90.0.",
    ],
    [
      "a string too long for an index",
      { where: where("x", "==", "é".repeat(751)) },
      "value for x is too large to be used in a query",
    ],
    [
      "101 conditions",
      { where: and(...Array.from({ length: 101 }, (_, index) => where(`x${index}`, "==", 1n))) },
      "The query may not have more than 100 filters + sort orders + ancestor total. Currently there are 101 filters, 0 sort orders, and no ancestor filter.",
    ],
  ])("%s", async (_name, parts, message) => {
    const { database } = rig();
    await expect(database.query(query(parts), LATEST)).rejects.toThrow(message);
  });

  it("compares times with all their nanoseconds, which no stored one has", async () => {
    const { database } = rig();
    const fine = new Timestamp(1, 123_456_789);
    database.commitNow([set("c/a", { t: fine })]);
    expect(await pathsOf(database, { where: where("t", "==", fine) })).toEqual([]);
    expect(await pathsOf(database, { where: where("t", "<", fine) })).toEqual(["c/a"]);
  });

  it("more than ten fields with inequalities", async () => {
    const { database } = rig();
    const filters = Array.from({ length: 11 }, (_, index) => where(`a${index}`, ">", 1n));
    await expect(database.query(query({ where: and(...filters) }), LATEST)).rejects.toThrow(
      "The query contains 11 distinct inequality fields",
    );
  });

  it("takes a list in which values repeat for what it is", async () => {
    const { database } = rig();
    const twenty = Array.from({ length: 20 }, () => 1n);
    const filter = and(where("x", "in", twenty), where("y", "in", [1n, 2n]));
    expect(await pathsOf(database, { where: filter })).toEqual([]);
  });
});
