import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareValues } from "../data/compare-values.ts";
import { mapOfObject } from "../data/shaped-map.ts";
import type { MapValue, Value } from "../data/value.ts";
import type { IndexEntry } from "./catalogue.ts";
import { createCatalogue, NO_INDEX_FILE } from "./create-catalogue.ts";
import type { FieldOverride, IndexFile } from "./index-file.ts";
import { index } from "./query.fixture.ts";

function fields(object: Record<string, Value>): MapValue {
  return new Map(Object.entries(object));
}

function spaces(entries: readonly IndexEntry[]): readonly string[] {
  return entries.map(({ space }) => space).toSorted();
}

function exempt(fieldPath: string, indexes: FieldOverride["indexes"] = []): FieldOverride {
  return { collectionGroup: "c", fieldPath, ttl: false, indexes };
}

/** The document and the indexes of standard-index-overview, "Index entries". */
const SAN_FRANCISCO = fields({
  city_name: "San Francisco",
  temperatures: fields({ summer: 67n, winter: 55n }),
  neighborhoods: ["Mission", "Downtown", "Marina"],
});
const CITIES: IndexFile = {
  indexes: [
    { ...index("city_name neighborhoods[]"), collectionGroup: "cities" },
    { ...index("-city_name neighborhoods[]"), collectionGroup: "cities" },
  ],
  fieldOverrides: [],
};

describe("the entries of a document", () => {
  it("are those of the documentation's example", () => {
    const { inserted, removed } = createCatalogue(CITIES).changes(
      "cities/SF",
      undefined,
      SAN_FRANCISCO,
    );
    const three = (space: string) => [space, space, space];
    expect(spaces(inserted)).toEqual(
      [
        "cities (city_name ASC)",
        "cities (city_name DESC)",
        "cities (neighborhoods ASC)",
        "cities (neighborhoods DESC)",
        "cities (temperatures ASC)",
        "cities (temperatures DESC)",
        "cities (temperatures.summer ASC)",
        "cities (temperatures.summer DESC)",
        "cities (temperatures.winter ASC)",
        "cities (temperatures.winter DESC)",
        ...three("cities (neighborhoods CONTAINS)"),
        ...three("cities (city_name ASC, neighborhoods CONTAINS)"),
        ...three("cities (city_name DESC, neighborhoods CONTAINS)"),
      ].toSorted(),
    );
    expect(removed).toEqual([]);
  });

  it("are counted without being made", () => {
    expect(createCatalogue(CITIES).countEntries("cities/SF", SAN_FRANCISCO)).toBe(19);
  });

  it.each<[why: string, file: IndexFile, document: MapValue, expected: string[]]>([
    [
      "an exempt field has none",
      { indexes: [], fieldOverrides: [exempt("a")] },
      fields({ a: 1n }),
      [],
    ],
    [
      "but those of a composite: an exemption does not reach it",
      { indexes: [index("a -b")], fieldOverrides: [exempt("a"), exempt("b")] },
      fields({ a: 1n, b: 2n }),
      ["c (a ASC, b DESC)"],
    ],
    [
      "a composite wants all its fields",
      { indexes: [index("a -b")], fieldOverrides: [exempt("*")] },
      fields({ a: 1n }),
      [],
    ],
    [
      "a map's fields inherit its exemption",
      { indexes: [], fieldOverrides: [exempt("m")] },
      fields({ m: fields({ x: 1n }) }),
      [],
    ],
    [
      "unless they have one of their own",
      {
        indexes: [],
        fieldOverrides: [
          exempt("m"),
          exempt("m.x", [{ queryScope: "COLLECTION", order: "ASCENDING" }]),
        ],
      },
      fields({ m: fields({ x: 1n }) }),
      ["c (m.x ASC)"],
    ],
    [
      "an index over all collections of the name is one space",
      {
        indexes: [index("a b", "COLLECTION_GROUP")],
        fieldOverrides: [
          exempt("*"),
          exempt("a", [{ queryScope: "COLLECTION_GROUP", order: "DESCENDING" }]),
        ],
      },
      fields({ a: 1n, b: 1n }),
      ["collection group c (a ASC, b ASC)", "collection group c (a DESC)"],
    ],
    [
      "a vector is one value",
      NO_INDEX_FILE,
      fields({ v: vector(1, 2) }),
      ["c (v ASC)", "c (v DESC)"],
    ],
    [
      "a vector index takes vectors of its dimension",
      {
        indexes: [{ ...index("a"), fields: [{ fieldPath: "v", vectorConfig: { dimension: 2 } }] }],
        fieldOverrides: [exempt("*")],
      },
      fields({ v: vector(1, 2) }),
      ["c (v VECTOR<2>)"],
    ],
    [
      "and no others",
      {
        indexes: [{ ...index("a"), fields: [{ fieldPath: "v", vectorConfig: { dimension: 3 } }] }],
        fieldOverrides: [exempt("*")],
      },
      fields({ v: vector(1, 2) }),
      [],
    ],
    [
      "documents downwards have one of no field",
      { indexes: [index("-__name__")], fieldOverrides: [exempt("*")] },
      fields({ a: 1n }),
      ["c (__name__ DESC)"],
    ],
    [
      "elements once each",
      {
        indexes: [],
        fieldOverrides: [exempt("t", [{ queryScope: "COLLECTION", arrayConfig: "CONTAINS" }])],
      },
      fields({ t: ["x", "x", "y"] }),
      ["c (t CONTAINS)", "c (t CONTAINS)"],
    ],
  ])("%s", (_, file, document, expected) => {
    const catalogue = createCatalogue(file);
    expect(spaces(catalogue.changes("c/d", undefined, document).inserted)).toEqual(expected);
    expect(catalogue.countEntries("c/d", document)).toBe(expected.length);
  });

  it("lie apart for each parent in collection scope, and together in group scope", () => {
    const catalogue = createCatalogue({
      indexes: [],
      fieldOverrides: [
        exempt("a", [
          { queryScope: "COLLECTION", order: "ASCENDING" },
          { queryScope: "COLLECTION_GROUP", order: "ASCENDING" },
        ]),
      ],
    });
    const of = (path: string) =>
      spaces(catalogue.changes(path, undefined, fields({ a: 1n })).inserted);
    expect(of("p/1/c/d")).toEqual(["collection group c (a ASC)", "p/1/c (a ASC)"]);
    expect(of("p/2/c/d")).toEqual(["collection group c (a ASC)", "p/2/c (a ASC)"]);
  });
});

describe("what a write changes", () => {
  const catalogue = createCatalogue({
    indexes: [index("a -b"), index("a t[]")],
    fieldOverrides: [],
  });
  const before = fields({ a: 1n, b: 2n, t: ["x", "y"] });

  it("is nothing when nothing changes", () => {
    expect(catalogue.changes("c/d", before, new Map(before))).toEqual({
      removed: [],
      inserted: [],
    });
  });

  it("is one entry out and one in for each index of the field that changes", () => {
    const { removed, inserted } = catalogue.changes("c/d", before, new Map([...before, ["b", 3n]]));
    const expected = ["c (a ASC, b DESC)", "c (b ASC)", "c (b DESC)"];
    expect([spaces(removed), spaces(inserted)]).toEqual([expected, expected]);
  });

  it("is the elements that come and go", () => {
    const after = new Map([...before, ["t", ["y", "z"]] as const]);
    const { removed, inserted } = catalogue.changes("c/d", before, after);
    const expected = ["c (a ASC, t CONTAINS)", "c (t ASC)", "c (t CONTAINS)", "c (t DESC)"];
    expect([spaces(removed), spaces(inserted)]).toEqual([expected, expected]);
  });

  it.each<[why: string, before: Value, after: Value]>([
    ["an integer that becomes the same double", 1n, 1],
    ["text beyond what an index takes", "x".repeat(1600), "x".repeat(1601)],
  ])("is nothing to an index: %s", (_, old, now) => {
    const exemptAll = createCatalogue(NO_INDEX_FILE);
    expect(exemptAll.changes("c/d", fields({ a: old }), fields({ a: now }))).toEqual({
      removed: [],
      inserted: [],
    });
  });

  it("is everything when the document goes", () => {
    const { removed, inserted } = catalogue.changes("c/d", before, undefined);
    expect(removed.length).toBe(catalogue.countEntries("c/d", before));
    expect(inserted).toEqual([]);
  });
});

describe("the size of an entry", () => {
  /** The document and the figures of https://docs.cloud.google.com/firestore/native/docs/storage-size. */
  const task = fields({
    type: "Personal",
    done: false,
    priority: 1n,
    description: "Learn Cloud Firestore",
  });
  const scoped = (scope: "COLLECTION" | "COLLECTION_GROUP") => ({
    indexes: [{ ...index("done priority", scope), collectionGroup: "tasks" }],
    fieldOverrides: ["*", "done"].map((fieldPath) => ({
      collectionGroup: "tasks",
      fieldPath,
      ttl: false,
      indexes: fieldPath === "*" ? [] : [{ queryScope: scope, order: "ASCENDING" as const }],
    })),
  });

  it.each([
    ["one field", "COLLECTION", 1, 109],
    ["one field", "COLLECTION_GROUP", 1, 98],
    ["two fields", "COLLECTION", 2, 112],
    ["two fields", "COLLECTION_GROUP", 2, 85],
  ] as const)("is the documentation's: %s, %s", (_, scope, columns, bytes) => {
    const { inserted } = createCatalogue(scoped(scope)).changes(
      "users/jeff/tasks/my_task_id",
      undefined,
      task,
    );
    const entry = inserted.find(({ definition }) => definition.fields.length === columns);
    expect(entry?.sizeBytes).toBe(bytes);
  });

  it("counts an element alone, and 1,500 bytes of a value at most", () => {
    const sizes = (value: Value): readonly number[] =>
      createCatalogue(NO_INDEX_FILE)
        .changes("c/d", undefined, fields({ a: value }))
        .inserted.map(({ sizeBytes }) => sizeBytes);
    // Name 2 + 2 + 16, field 2, 32 more; then the value: the whole array, or one element.
    expect(sizes(["xxxx", "y"])).toEqual([54 + 7, 54 + 7, 54 + 5, 54 + 2]);
    expect(sizes("x".repeat(5000))).toEqual([54 + 1500, 54 + 1500]);
  });
});

const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(null, true, 1n, 1, 2n, "x", "y", "x".repeat(1501), "x".repeat(1502)),
  fc.array(fc.constantFrom<Value>("x", "y", 1n, 1), { maxLength: 3 }),
);
const documents = fc.option(
  fc
    .dictionary(
      fc.constantFrom("a", "b", "t", "m"),
      fc.oneof(
        leaf,
        fc
          .dictionary(fc.constantFrom("x", "y"), leaf, { maxKeys: 2 })
          .map((map): Value => new Map(Object.entries(map))),
      ),
    )
    .map((map): MapValue => new Map(Object.entries(map))),
  { nil: undefined },
);

const ASCENDING = { queryScope: "COLLECTION", order: "ASCENDING" } as const;

describe("the laws of entries", () => {
  const catalogue = createCatalogue({
    indexes: [
      index("a -b"),
      index("m.x t[] -b"),
      index("t[] a", "COLLECTION_GROUP"),
      index("-__name__"),
    ],
    fieldOverrides: [exempt("m.y"), exempt("b", [ASCENDING])],
  });
  const all = (document: MapValue | undefined): ReadonlySet<string> =>
    new Set(catalogue.changes("p/1/c/d", undefined, document).inserted.map(text));
  const text = ({ space, key }: IndexEntry): string => `${space} ${key}`;

  it("takes what there was to what there is, and touches nothing else", () => {
    fc.assert(
      fc.property(documents, documents, (before, after) => {
        const { removed, inserted } = catalogue.changes("p/1/c/d", before, after);
        const [old, now] = [all(before), all(after)];
        expect(removed.map(text).toSorted()).toEqual(without(old, now));
        expect(inserted.map(text).toSorted()).toEqual(without(now, old));
      }),
      { numRuns: 2000 },
    );
  });

  it("is the same for maps that share their names, where fields may be in no index", () => {
    const shaped = (map: MapValue): MapValue =>
      mapOfObject(Object.fromEntries(map), (value) => value);
    const sparse = createCatalogue({
      indexes: [index("a -b")],
      fieldOverrides: [exempt("*"), exempt("m.x", [ASCENDING]), exempt("t", [ASCENDING])],
    });
    fc.assert(
      fc.property(documents, documents, (first, update) => {
        fc.pre(first !== undefined && update !== undefined);
        const [before, after] = [first, new Map([...first, ...update])];
        for (const one of [catalogue, sparse]) {
          const plain = one.changes("p/1/c/d", before, after);
          const alike = one.changes("p/1/c/d", shaped(before), shaped(after));
          expect(alike.removed.map(text).toSorted()).toEqual(plain.removed.map(text).toSorted());
          expect(alike.inserted.map(text).toSorted()).toEqual(plain.inserted.map(text).toSorted());
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("counts what it would make", () => {
    fc.assert(
      fc.property(documents, (document) => {
        fc.pre(document !== undefined);
        expect(catalogue.countEntries("p/1/c/d", document)).toBe(all(document).size);
      }),
    );
  });

  it("orders a space as its columns say, then by name", () => {
    const value = fc.constantFrom<Value>(null, 1n, 2, "x", "xx", true);
    const row = fc.record({ a: value, b: value, id: fc.constantFrom("d", "e", "__id5__", "dd") });
    const key = ({ a, b, id }: { a: Value; b: Value; id: string }): string => {
      const { inserted } = catalogue.changes(`c/${id}`, undefined, fields({ a, b }));
      return inserted.find(({ space }) => space === "c (a ASC, b DESC)")?.key ?? "";
    };
    const ids = ["__id5__", "d", "dd", "e"];
    fc.assert(
      fc.property(row, row, (one, other) => {
        const expected =
          compareValues(one.a, other.a) ||
          compareValues(other.b, one.b) ||
          ids.indexOf(other.id) - ids.indexOf(one.id);
        const [left, right] = [key(one), key(other)];
        const found = left === right ? 0 : left < right ? -1 : 1;
        expect(found).toBe(Math.sign(expected));
      }),
    );
  });

  it("tells the units of its first column as the key has them, and no others", () => {
    fc.assert(
      fc.property(documents, (document) => {
        const { inserted } = catalogue.changes("p/1/c/d", undefined, document);
        for (const entry of inserted) {
          const units: number[] = [];
          for (let at = 0; !Number.isNaN(entry.unitAt(at)); at += 1) units.push(entry.unitAt(at));
          expect(
            entry.key.startsWith(units.map((unit) => String.fromCharCode(unit)).join("")),
          ).toBe(true);
          const [column] = entry.definition.fields;
          expect(units.length > 0).toBe(column?.fieldPath !== "__name__");
        }
      }),
    );
  });

  it("stays right when a map has no end of fields, and plans them all anew", () => {
    const many = createCatalogue(NO_INDEX_FILE);
    const write = (at: number) => fields({ m: fields({ [`key${at}`]: 1n }) });
    const planOf = (at: number) =>
      many.changes("c/d", undefined, write(at)).inserted[0]?.definition;
    const first = planOf(1);
    expect(planOf(2)).toBe(first);
    for (let at = 0; at < 12_000; at += 1) many.countEntries("c/d", write(at));
    expect(spaces(many.changes("c/d", undefined, write(3)).inserted)).toEqual([
      "c (m ASC)",
      "c (m DESC)",
      "c (m.key3 ASC)",
      "c (m.key3 DESC)",
    ]);
    expect(planOf(4)).toEqual(first);
    expect(planOf(4)).not.toBe(first);
  });
});

function without(these: ReadonlySet<string>, those: ReadonlySet<string>): readonly string[] {
  return [...these].filter((one) => !those.has(one)).toSorted();
}

function vector(...numbers: readonly number[]): Value {
  return new Map<string, Value>([
    ["__type__", "__vector__"],
    ["value", numbers],
  ]);
}
