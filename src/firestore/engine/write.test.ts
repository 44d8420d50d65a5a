import { describe, expect, it } from "vitest";
import { GeoPoint, type MapValue, Reference, type Value } from "../data/value.ts";
import type { FirestoreError } from "../data/status.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { FieldTransform, Precondition, Write } from "../data/write.ts";
import { fieldsOf, LATEST, NAME, query, remove, rig, set } from "./engine.fixture.ts";

const EXISTS: Precondition = { kind: "exists", exists: true };
const ABSENT: Precondition = { kind: "exists", exists: false };
const LONG_AGO: Precondition = { kind: "update-time", updateTime: new Timestamp(1_577_836_800, 0) };

function on(write: Write, precondition: Precondition): Write {
  return { ...write, precondition };
}

function masked(path: string, entries: Record<string, Value>, ...mask: string[]): Write {
  const paths = mask.map((text) => text.split("."));
  return { kind: "update", path, fields: fieldsOf(entries), mask: paths, transforms: [] };
}

function transform(path: string, ...transforms: FieldTransform[]): Write {
  return { kind: "transform", path, transforms };
}

function map(entries: Record<string, Value>): MapValue {
  return fieldsOf(entries);
}

function nestedMaps(levels: number): Value {
  let value: Value = 1n;
  for (let level = 0; level < levels; level += 1) value = map({ a: value });
  return value;
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    const { code, message } = error as FirestoreError;
    return `${code}: ${message}`;
  }
  return "not refused";
}

describe("an update with a mask", () => {
  it.each<readonly [string, Write, Record<string, Value>]>([
    [
      "sets what the fields hold and deletes what they do not",
      masked("c/a", { a: map({ b: 9n, c: 9n }), z: 9n }, "a.b", "a.d", "gone"),
      { a: map({ b: 9n, keep: 1n }), s: "x" },
    ],
    [
      "makes maps in place of what is none",
      masked("c/a", { s: map({ t: 1n }) }, "s.t"),
      {
        a: map({ b: 1n, d: 1n, keep: 1n }),
        gone: 1n,
        s: map({ t: 1n }),
      },
    ],
    [
      "deletes nothing through what is no map",
      masked("c/a", {}, "s.t.u", "q.r"),
      {
        a: map({ b: 1n, d: 1n, keep: 1n }),
        gone: 1n,
        s: "x",
      },
    ],
    [
      "changes nothing when it is empty",
      masked("c/a", { s: "y" }),
      {
        a: map({ b: 1n, d: 1n, keep: 1n }),
        gone: 1n,
        s: "x",
      },
    ],
  ])("%s", (_name, write, expected) => {
    const { database } = rig();
    database.commitNow([set("c/a", { a: map({ b: 1n, d: 1n, keep: 1n }), gone: 1n, s: "x" })]);
    database.commitNow([write]);
    expect(database.peek("c/a")?.fields).toEqual(fieldsOf(expected));
  });

  it("makes the document, also by deleting a field of it", () => {
    const { database } = rig();
    database.commitNow([masked("c/a", {}, "x")]);
    expect(database.peek("c/a")?.fields.size).toBe(0);
  });
});

describe("a transform", () => {
  const increment = (operand: Value): FieldTransform => ({
    field: ["x"],
    kind: "increment",
    operand,
  });
  const maximum = (operand: Value): FieldTransform => ({ field: ["x"], kind: "maximum", operand });
  const minimum = (operand: Value): FieldTransform => ({ field: ["x"], kind: "minimum", operand });
  const union = (...elements: Value[]): FieldTransform => ({
    field: ["x"],
    kind: "array-union",
    elements,
  });
  const without = (...elements: Value[]): FieldTransform => ({
    field: ["x"],
    kind: "array-remove",
    elements,
  });

  /** Stored value (undefined: none), transform, what becomes of it. All measured on the emulator. */
  it.each<readonly [Value | undefined, FieldTransform, Value]>([
    [1n, increment(2n), 3n],
    [1n, increment(1.5), 2.5],
    [1.5, increment(1n), 2.5],
    [undefined, increment(2n), 2n],
    ["s", increment(2n), 2n],
    [2n ** 63n - 1n, increment(10n), 2n ** 63n - 1n],
    [-(2n ** 63n), increment(-10n), -(2n ** 63n)],
    [1n, increment(Number.NaN), Number.NaN],
    [1.5, maximum(1n), 1.5],
    [2n, maximum(2.5), 2.5],
    [null, maximum(10n), 10n],
    [2, maximum(2n), 2],
    [0n, maximum(-0), 0n],
    [Number.NaN, maximum(3n), Number.NaN],
    [2n, minimum(2), 2n],
    [2n, minimum(1.5), 1.5],
    [5n, minimum(Number.NaN), Number.NaN],
    [2n ** 53n, maximum(2n ** 53n + 1n), 2n ** 53n + 1n],
    [[1n, Number.NaN], union(1, Number.NaN, 2n, 2n), [1n, Number.NaN, 2n]],
    ["s", union(2n), [2n]],
    [undefined, without(2n), []],
    [[1n, 1, "a", null], without(1, null), ["a"]],
  ])("of %s by %o gives %s", (stored, one, expected) => {
    const { database } = rig();
    database.commitNow([set("c/a", stored === undefined ? {} : { x: stored })]);
    const result = database.commitNow([transform("c/a", one)]);
    expect(database.peek("c/a")?.fields.get("x")).toEqual(expected);
    const isArray = one.kind === "array-union" || one.kind === "array-remove";
    expect(result).toMatchObject({
      writeResults: [{ transformResults: [isArray ? null : expected] }],
    });
  });

  it("sets the time of the commit, in milliseconds, the same everywhere", () => {
    const { database } = rig();
    const now = (field: string): FieldTransform => ({
      field: field.split("."),
      kind: "server-timestamp",
    });
    database.commitNow([set("c/z", {})]);
    database.commitNow([transform("c/a", now("t"), now("m.t")), transform("c/b", now("t"))]);
    const { fields, updateTime } = database.peek("c/a")!;
    const time = fields.get("t") as Timestamp;
    expect(time.nanos % 1_000_000).toBe(0);
    expect(Math.floor(updateTime.toMillis())).toBe(time.toMillis());
    expect(fields.get("m")).toEqual(map({ t: time }));
    expect(database.peek("c/b")?.fields.get("t")).toEqual(time);
  });

  it("comes after the update that it is part of, and sees it", () => {
    const { database } = rig();
    const write = { ...masked("c/a", { x: 1n }, "x"), transforms: [increment(1n), increment(2n)] };
    const result = database.commitNow([write]);
    expect(result).toMatchObject({ writeResults: [{ transformResults: [2n, 4n] }] });
  });
});

it("array transforms of tens of thousands of elements take no square of that", () => {
  const { database } = rig();
  const numbers = (from: number): Value[] =>
    Array.from({ length: 30_000 }, (_, at) => BigInt(from + at));
  database.commitNow([set("c/a", { x: numbers(0) })]);
  database.commitNow([
    transform("c/a", { field: ["x"], kind: "array-union", elements: numbers(10_000) }),
  ]);
  expect(database.peek("c/a")?.fields.get("x")).toEqual(
    Array.from({ length: 40_000 }, (_, at) => BigInt(at)),
  );
  database.commitNow([
    transform("c/a", { field: ["x"], kind: "array-remove", elements: numbers(10_000) }),
  ]);
  expect(database.peek("c/a")?.fields.get("x")).toEqual(
    Array.from({ length: 10_000 }, (_, at) => BigInt(at)),
  );
});

describe("a write that changes nothing", () => {
  it("keeps the update time, and has no event", () => {
    const { database } = rig();
    const first = database.commitNow([set("c/a", { x: 1n, m: map({ y: [1n] }) })]);
    let events = 0;
    database.listen({ query: query() }, () => (events += 1));
    const same = [
      set("c/a", { m: map({ y: [1n] }), x: 1n }),
      masked("c/a", { x: 1n }, "x"),
      transform("c/a", { field: ["x"], kind: "increment", operand: 0n }),
    ];
    const updateTime = (first as { commitTime: Timestamp }).commitTime;
    for (const write of same) {
      expect(database.commitNow([write])).toMatchObject({ writeResults: [{ updateTime }] });
    }
    // There and back within one commit is nothing, too.
    database.commitNow([set("c/a", {}), ...same.slice(0, 1)]);
    expect(database.peek("c/a")?.updateTime).toEqual(updateTime);
    expect(events).toBe(1);
    database.commitNow([set("c/a", { x: 1, m: map({ y: [1n] }) })]);
    expect(database.peek("c/a")?.updateTime).not.toEqual(updateTime);
  });

  it("is not a deletion and a new document with the same fields", () => {
    const { database } = rig();
    database.commitNow([set("c/a", { x: 1n })]);
    const { createTime } = database.peek("c/a")!;
    database.commitNow([remove("c/a"), set("c/a", { x: 1n })]);
    expect(database.peek("c/a")?.createTime.compareTo(createTime)).toBeGreaterThan(0);
  });
});

describe("a commit", () => {
  it("answers each write with what became of its document in the end", () => {
    const { database } = rig();
    const result = database.commitNow([
      set("c/a", {}),
      remove("c/a"),
      remove("c/none"),
      set("c/b", {}),
    ]);
    expect(result).toMatchObject({
      writeResults: [
        { updateTime: undefined },
        { updateTime: undefined },
        { updateTime: undefined },
        { updateTime: database.peek("c/b")?.updateTime },
      ],
    });
  });

  it("is all or nothing", () => {
    const { database } = rig();
    expect(refusal(() => database.commitNow([set("c/a", {}), on(set("c/b", {}), EXISTS)]))).toBe(
      "NOT_FOUND: No document to update: projects/p/databases/(default)/documents/c/b",
    );
    expect(database.peek("c/a")).toBeUndefined();
    expect(database.statistics()).toMatchObject({ documents: 0, oldVersions: 0, commits: 0 });
  });

  it("has no limit of 500 writes", () => {
    const { database } = rig();
    database.commitNow(Array.from({ length: 5000 }, (_, index) => set(`c/${index}`, {})));
    expect(database.statistics().documents).toBe(5000);
  });

  /** The writes, and what they are refused with; "" when they are not. The document c/a is there. */
  it.each<readonly [string, readonly Write[], string]>([
    [
      "create over",
      [on(set("c/a", {}), ABSENT)],
      "ALREADY_EXISTS: Document already exists: projects/p/databases/(default)/documents/c/a",
    ],
    [
      "delete, must not be there",
      [on(remove("c/a"), ABSENT)],
      "ALREADY_EXISTS: Document already exists: projects/p/databases/(default)/documents/c/a",
    ],
    [
      "delete, must be there",
      [on(remove("c/none"), EXISTS)],
      "NOT_FOUND: No document to update: projects/p/databases/(default)/documents/c/none",
    ],
    [
      "wrong update time",
      [on(set("c/none", {}), LONG_AGO)],
      "FAILED_PRECONDITION: the stored version (0) does not match the required base version (1577836800000000)",
    ],
    [
      "insert twice",
      [on(set("c/b", {}), ABSENT), on(set("c/b", {}), ABSENT)],
      "INVALID_ARGUMENT: Cannot insert then insert an entity in the same request.",
    ],
    [
      "delete, then update",
      [remove("c/a"), on(set("c/a", {}), EXISTS)],
      "INVALID_ARGUMENT: Cannot delete then update an entity in the same request.",
    ],
    ["delete, then create", [remove("c/a"), on(set("c/a", {}), ABSENT)], "not refused"],
    ["set, then update", [set("c/b", {}), on(set("c/b", {}), EXISTS)], "not refused"],
    ["verify", [on({ kind: "verify", path: "c/a" }, EXISTS)], "not refused"],
    [
      "verify in vain",
      [on({ kind: "verify", path: "c/a" }, ABSENT)],
      "ALREADY_EXISTS: Document already exists: projects/p/databases/(default)/documents/c/a",
    ],
    [
      "verify nothing",
      [{ kind: "verify", path: "c/a" }],
      "INVALID_ARGUMENT: a verify must contain a precondition",
    ],
    [
      "write, then verify",
      [set("c/a", {}), on({ kind: "verify", path: "c/a" }, EXISTS)],
      "INVALID_ARGUMENT: the same document cannot be written and then verified in a single request",
    ],
    [
      "verify, then write",
      [on({ kind: "verify", path: "c/a" }, EXISTS), set("c/a", {})],
      "INVALID_ARGUMENT: the same document cannot be verified and then written in a single request",
    ],
    [
      "verify twice",
      [on({ kind: "verify", path: "c/a" }, EXISTS), on({ kind: "verify", path: "c/a" }, EXISTS)],
      "INVALID_ARGUMENT: the same document cannot be verified more than once in a single request",
    ],
  ])("%s", (_name, writes, expected) => {
    const { database } = rig();
    database.commitNow([set("c/a", {})]);
    expect(refusal(() => database.commitNow(writes))).toBe(expected);
  });
});

describe("what a document may not be", () => {
  const field = (value: Value, name = "a"): Write => set("c/a", { [name]: value });
  const increments = (count: number): Write =>
    transform(
      "c/a",
      ...Array.from({ length: count }, (_, index): FieldTransform => ({
        field: [`f${index}`],
        kind: "increment",
        operand: 1n,
      })),
    );

  /** The emulator's words, but for the number of transforms, which it does not count. */
  it.each<readonly [string, Write, string]>([
    [
      "a collection",
      set("c", {}),
      'Document name "projects/p/databases/(default)/documents/c" lacks "/" at index 42.',
    ],
    [
      "..",
      set("c/..", {}),
      'Document name "projects/p/databases/(default)/documents/c/.." contains a resource id ".." at index 43.',
    ],
    ["a reserved ID", set("c/__a__", {}), 'Resource id "__a__" is invalid because it is reserved.'],
    [
      "in a reserved collection",
      set("__c__/a", {}),
      'Collection id "__c__" is invalid because it is reserved.',
    ],
    [
      "an ID of 1,501 bytes",
      set(`c/${"é".repeat(751)}`, {}),
      "The key path element name is longer than 1500 bytes.",
    ],
    [
      "101 collections deep",
      set(Array.from({ length: 101 }, () => "c/d").join("/"), {}),
      "Key path is too long. Cannot exceed 100 elements.",
    ],
    [
      "a name of more than 6 KiB",
      set(Array.from({ length: 6 }, () => `c/${"d".repeat(1100)}`).join("/"), {}),
      "The key path is longer than 6144 bytes.",
    ],
    ["a field without a name", field(1n, ""), "The property.name is the empty string."],
    ["a reserved field", field(1n, "__a__"), "field name __a__ is reserved"],
    ["a reserved field within", field(map({ __b__: 1n })), "field name '__b__' is reserved."],
    [
      "a nameless field within",
      field(map({ "": 1n })),
      "Property a contains an invalid nested entity.",
    ],
    [
      "a field name of 1,501 bytes",
      field(1n, "a".repeat(1501)),
      "The property.name is longer than 1500 bytes.",
    ],
    ["21 maps deep", field(nestedMaps(21)), "Property a contains an invalid nested entity."],
    ["an array in an array", field([[1n]]), "Cannot convert an array value in an array value."],
    [
      "a value of 1,048,488 bytes",
      field("x".repeat(1_048_488)),
      'The value of property "a" is longer than 1048487 bytes.',
    ],
    [
      "more than a MiB",
      set("c/a", { a: "x".repeat(600_000), b: "x".repeat(600_000) }),
      "maximum entity size is 1048576 bytes",
    ],
    [
      "off the globe",
      field(new GeoPoint(91, 0)),
      "Geo point latitude '91.0' outside permitted range -90.0 to 90.0.",
    ],
    [
      "a vector of strings",
      field(map({ __type__: "__vector__", value: ["a"] })),
      "Vector must only contain values of type 'double'",
    ],
    [
      "a map of another type",
      field(map({ __type__: "foo" })),
      "Property a contains an invalid nested entity.",
    ],
    [
      "incremented by a string",
      transform("c/a", { field: ["x"], kind: "increment", operand: "a" }),
      "Input must be int64 or double.",
    ],
    [
      "transformed twice, one within the other",
      transform(
        "c/a",
        { field: ["x"], kind: "increment", operand: 1n },
        { field: ["x", "y"], kind: "increment", operand: 1n },
      ),
      "Cannot transform property x and its nested property at the same time.",
    ],
    [
      "transformed 501 times",
      increments(501),
      "A document can have at most 500 field transforms in a commit.",
    ],
  ])("%s", (_name, write, expected) => {
    const { database } = rig();
    expect(refusal(() => database.commitNow([write]))).toBe(`INVALID_ARGUMENT: ${expected}`);
  });

  it.each<readonly [string, Write]>([
    ["a numeric ID", set("c/__id7__", {})],
    ["an ID of 1,500 bytes", set(`c/${"a".repeat(1500)}`, {})],
    ["100 collections deep", set(Array.from({ length: 100 }, () => "c/d").join("/"), {})],
    ["20 maps deep", field(nestedMaps(20))],
    ["an array in a map in an array", field([map({ b: [1n] })])],
    ["a value of 1,048,487 bytes", field("x".repeat(1_048_487))],
    ["transformed 500 times", increments(500)],
  ])("but it may be: %s", (_name, write) => {
    const { database } = rig();
    database.commitNow([write]);
    expect(database.peek(write.path)).toBeDefined();
  });
});

it("times are cut to microseconds, wherever they stand", () => {
  const { database } = rig();
  const fine = new Timestamp(1, 123_456_789);
  const cut = new Timestamp(1, 123_456_000);
  database.commitNow([
    set("c/a", { t: fine, m: map({ t: [fine] }) }),
    transform("c/b", { field: ["t"], kind: "array-union", elements: [fine] }),
  ]);
  expect(database.peek("c/a")?.fields).toEqual(map({ t: cut, m: map({ t: [cut] }) }));
  expect(database.peek("c/b")?.fields.get("t")).toEqual([cut]);
});

describe("batchWrite", () => {
  it("succeeds and fails write by write", async () => {
    const { database } = rig();
    const results = await database.batchWrite([
      on(set("c/none", {}), EXISTS),
      set("c/a", { r: new Reference(`projects/${NAME.projectId}/databases/x/documents/a/b`) }),
      on(set("c/b", {}), LONG_AGO),
    ]);
    expect(results).toMatchObject([
      { code: "NOT_FOUND" },
      { updateTime: database.peek("c/a")?.updateTime },
      { code: "FAILED_PRECONDITION" },
    ]);
  });

  it("takes each document once, and checks every write before it does any", async () => {
    const { database } = rig();
    await expect(database.batchWrite([set("c/a", {}), remove("c/a")])).rejects.toThrow(
      "the same document cannot be written more than once in a single request",
    );
    await expect(database.batchWrite([set("c/a", {}), set("c/..", {})])).rejects.toThrow(
      "contains a resource id",
    );
    const { result } = await database.get(["c/a"], LATEST);
    expect(result[0]?.document).toBeUndefined();
  });

  it("waits for locks write by write", async () => {
    const { database } = rig();
    const { transaction } = database.begin({ kind: "read-write", concurrency: "pessimistic" });
    await database.get(["c/a"], { kind: "transaction", transaction });
    const results = database.batchWrite([set("c/a", {}), set("c/b", {})]);
    expect(database.peek("c/b")).toBeDefined();
    expect(database.peek("c/a")).toBeUndefined();
    database.rollback(transaction);
    await results;
    expect(database.peek("c/a")).toBeDefined();
  });
});
