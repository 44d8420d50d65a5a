import { describe, expect, it } from "vitest";
import type { Aggregation, FindNearest, StructuredQuery } from "../data/query.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { Value } from "../data/value.ts";
import type { EmbeddedDatabase } from "./database.ts";
import {
  fieldsOf,
  LATEST,
  NAME,
  pathsOf,
  query,
  reference,
  remove,
  rig,
  set,
  where,
} from "./engine.fixture.ts";
import type { ListDocuments } from "./engine.ts";
import { createRng } from "../../std/rng.ts";

describe("get", () => {
  it("answers each path once, with the fields of the mask", async () => {
    const { database } = rig();
    database.commitNow([set("c/a", { x: 1n, m: fieldsOf({ y: 2n, z: 3n }) })]);
    const { result } = await database.get(["c/a", "c/b", "c/a"], LATEST, [["m", "y"], ["no"]]);
    expect(result.map(({ path, document }) => [path, document?.fields])).toEqual([
      ["c/a", fieldsOf({ m: fieldsOf({ y: 2n }) })],
      ["c/b", undefined],
    ]);
  });
});

describe("a read time", () => {
  it("may not lie ahead, before the epoch, or further back than is remembered", async () => {
    const { database, clock } = rig();
    const at = (millis: number) =>
      database.get(["c/a"], { kind: "read-time", readTime: Timestamp.fromMillis(millis) });
    const now = clock.wallMs();
    await expect(at(now + 1)).rejects.toThrow("The requested 'read_time' cannot be in the future.");
    await expect(at(0)).rejects.toThrow("Only timestamps past epoch are supported.");
    await expect(at(now - 3_600_001)).rejects.toMatchObject({
      code: "FAILED_PRECONDITION",
      message: "The requested 'read_time' is too old.",
    });
    await expect(at(now - 3_600_000)).resolves.toMatchObject({ result: [{ document: undefined }] });
  });

  it("reaches no further back than the versions that are kept", async () => {
    const { database } = rig({ history: { versionsMax: 10 } });
    const times: Timestamp[] = [];
    for (let n = 0n; n < 30n; n += 1n) {
      const result = database.commitNow([set("c/a", { n })]);
      if (result !== "blocked") times.push(result.commitTime);
    }
    const read = async (index: number) => {
      const at = { kind: "read-time", readTime: times[index]! } as const;
      return (await database.get(["c/a"], at)).result[0]?.document?.fields.get("n");
    };
    expect(await read(19)).toBe(19n);
    await expect(read(18)).rejects.toThrow("too old");
  });
});

describe("memory", () => {
  it("is bounded by the documents there are and the history that is kept", async () => {
    const { database, clock } = rig({ history: { versionsMax: 100, bytesMax: 5000 } });
    const rng = createRng(3);
    for (let round = 0; round < 3000; round += 1) {
      const path = `u/${rng.integer(0, 200)}/c/${rng.integer(0, 5)}`;
      database.commitNow([rng.chance(0.5) ? remove(path) : set(path, { round: BigInt(round) })]);
    }
    expect(database.statistics().oldVersions).toBeLessThanOrEqual(100);
    await clock.run(clock.sleep(3_700_000));
    database.commitNow([set("x/y", {})]);
    expect(database.statistics().oldVersions).toBe(1);
    const left = await pathsOf(database, { collectionId: undefined, allDescendants: true });
    for (const path of left) database.commitNow([remove(path)]);
    await clock.run(clock.sleep(3_700_000));
    database.commitNow([set("x/y", {})]);
    // Nothing is left of the deleted but what is there: the next life starts from new rows.
    expect(database.statistics()).toMatchObject({ documents: 1, oldVersions: 1 });
    expect((await database.listCollectionIds("", 0, undefined, LATEST)).items).toEqual(["x"]);
  });

  it("of large documents is bounded by their bytes", () => {
    const { database } = rig({ history: { bytesMax: 1_000_000 } });
    for (let round = 0; round < 50; round += 1) {
      database.commitNow([set("c/a", { x: `${round}`.padEnd(100_000) })]);
    }
    expect(database.statistics().oldVersions).toBeLessThan(11);
  });
});

describe("an aggregation", () => {
  const count: Aggregation = { alias: "n", operator: { kind: "count" } };
  const sum: Aggregation = { alias: "s", operator: { kind: "sum", field: ["x"] } };
  const average: Aggregation = { alias: "v", operator: { kind: "average", field: ["x"] } };

  async function figures(
    values: readonly (Value | undefined)[],
    aggregations: readonly Aggregation[],
    parts: Partial<StructuredQuery> = {},
  ): Promise<unknown> {
    const { database } = rig();
    for (const [index, x] of values.entries()) {
      database.commitNow([set(`c/${index}`, x === undefined ? {} : { x })]);
    }
    const { result } = await database.aggregate(query(parts), aggregations, LATEST);
    return Object.fromEntries(result);
  }

  /** Measured on the emulator. */
  it.each<readonly [string, readonly (Value | undefined)[], Record<string, Value>]>([
    ["of integers and a double", [1n, 1.5, "x", null, 2n], { n: 5n, s: 4.5, v: 1.5 }],
    ["beyond 64 bits", [2n ** 63n - 1n, 1n], { n: 2n, s: 2 ** 63, v: 2 ** 62 }],
    ["with NaN", [Number.NaN, 1n], { n: 2n, s: Number.NaN, v: Number.NaN }],
    ["of no numbers", ["a", null], { n: 2n, s: 0n, v: null }],
    ["of whole doubles", [1, 2], { n: 2n, s: 3, v: 1.5 }],
    ["of nothing", [], { n: 0n, s: 0n, v: null }],
    ["of documents that have the field", [1n, undefined], { n: 1n, s: 1n, v: 1 }],
    [
      "with doubles that do not add up",
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
      { n: 7n, s: 2.8, v: 2.8 / 7 },
    ],
    ["of the huge and the small", [1e100, 1, -1e100, 2], { n: 4n, s: 0, v: 0 }],
    ["of infinities", [Infinity, 1], { n: 2n, s: Infinity, v: Infinity }],
  ])("%s", async (_name, values, expected) => {
    expect(await figures(values, [count, sum, average])).toEqual(expected);
  });

  it("goes over what the limit leaves, in order of the field", async () => {
    expect(await figures([1n, 1.5, "x", null, 2n], [sum, count], { limit: 2 })).toEqual({
      s: 1n,
      n: 2n,
    });
  });

  it("counts no further than it is asked to", async () => {
    const upTo = { alias: "n", operator: { kind: "count", upTo: 2n } } as const;
    expect(await figures([1n, 2n, 3n], [upTo])).toEqual({ n: 2n });
    expect(await figures([1n, 2n, 3n], [upTo], { where: where("x", ">", 2n) })).toEqual({ n: 1n });
  });

  it("names what has no name", async () => {
    const nameless = [count, sum].map((one) => ({ ...one, alias: "" }));
    expect(await figures([1n, 2n], nameless)).toEqual({ field_1: 2n, field_2: 3n });
  });

  it.each<readonly [Partial<StructuredQuery>, readonly bigint[]]>([
    [{}, [150n]],
    [{ where: where("x", "==", 1n) }, [50n]],
    [{ where: where("x", "in", [0n, 1n]) }, [100n]],
    [{ where: where("t", "array-contains", "a") }, [150n]],
    [{ where: where("t", "array-contains-any", ["a", "b"]) }, [150n]],
    [{ offset: 10 }, [140n]],
    [{ limit: 10 }, [10n]],
    [{ collectionId: undefined, allDescendants: true }, [151n]],
    [{ collectionId: undefined }, [150n]],
    [{ collectionId: "none" }, [0n]],
    [{ allDescendants: true, parent: "c/1" }, [1n]],
  ])("counts %o", async (parts, [expected]) => {
    const { database } = rig();
    for (let index = 0; index < 150; index += 1) {
      database.commitNow([set(`c/${index}`, { x: BigInt(index % 3), t: ["a", "b"] })]);
    }
    database.commitNow([
      set("c/1/c/1", { y: 1n }),
      remove("c/149"),
      set("c/149", { x: 2n, t: ["a"] }),
    ]);
    const { result } = await database.aggregate(query(parts), [count], LATEST);
    expect(result.get("n")).toBe(expected);
  });

  it("sums over collections of every name, which no query may order by a field", async () => {
    const everywhere = { collectionId: undefined };
    expect(await figures([1n, undefined, 2n], [count, sum], everywhere)).toEqual({ n: 2n, s: 3n });
  });

  it.each<readonly [readonly Aggregation[], Partial<StructuredQuery>, RegExp]>([
    [[], {}, /^Aggregations can not be empty/],
    [
      Array.from({ length: 6 }, (_, index) => ({ ...count, alias: `a${index}` })),
      {},
      /maximum number of aggregations/,
    ],
    [[count, { ...sum, alias: "n" }], {}, /^Aggregation aliases contain duplicate alias: n\.$/],
    [[{ ...count, alias: "__n__" }], {}, /^The property.name "__n__" is reserved/],
    [
      [{ alias: "n", operator: { kind: "sum", field: ["__name__"] } }],
      {},
      /not supported for the property: __key__/,
    ],
    [
      [sum],
      { where: where("__name__", "==", reference("c/a")) },
      /^This query requires an index that has fields \[x\] after __name__/,
    ],
    [[sum], { select: [["__name__"]] }, /^Aggregation over non-key properties is not supported/],
    [[sum], { select: [["y"]] }, /^The aggregation property x is not present/],
    [[sum], { select: [["x"]] }, /^Cannot apply property masks/],
    [[{ alias: "n", operator: { kind: "count", upTo: -1n } }], {}, /^The `up_to` value/],
  ])("refuses %o", async (aggregations, parts, message) => {
    const { database } = rig();
    const asked = database.aggregate(query(parts), aggregations, LATEST);
    await expect(asked).rejects.toThrow(message);
  });
});

describe("findNearest", () => {
  const vector = (...value: number[]): Value => fieldsOf({ __type__: "__vector__", value });
  const stored = {
    a: vector(1, 0),
    b: vector(0, 1),
    c: vector(3, 4),
    e: vector(1, 2, 3),
    f: 1n,
    z: vector(0, 0),
  };

  async function nearest(
    options: Partial<FindNearest>,
    parts: Partial<StructuredQuery> = {},
  ): Promise<unknown> {
    const { database } = rig();
    for (const [id, v] of Object.entries(stored))
      database.commitNow([set(`c/${id}`, { v, k: id })]);
    const findNearest: FindNearest = {
      field: ["v"],
      queryVector: [1, 0],
      measure: "euclidean",
      limit: 10,
      distanceResultField: ["dist"],
      ...options,
    };
    const { result } = await database.query(query({ findNearest, ...parts }), LATEST);
    return result.documents.map(({ path, fields }) => [path.slice(2), fields.get("dist")]);
  }

  /** Measured on the emulator. */
  it.each<readonly [Partial<FindNearest>, unknown]>([
    [
      {},
      [
        ["a", 0],
        ["z", 1],
        ["b", Math.SQRT2],
        ["c", Math.sqrt(20)],
      ],
    ],
    [
      { measure: "cosine" },
      [
        ["a", 0],
        ["c", 0.4],
        ["b", 1],
        ["z", Number.NaN],
      ],
    ],
    [
      { measure: "dot-product" },
      [
        ["c", 3],
        ["a", 1],
        ["b", 0],
        ["z", 0],
      ],
    ],
    [
      { measure: "dot-product", distanceThreshold: 1 },
      [
        ["c", 3],
        ["a", 1],
      ],
    ],
    [
      { distanceThreshold: 1 },
      [
        ["a", 0],
        ["z", 1],
      ],
    ],
    [{ limit: 1 }, [["a", 0]]],
    [{ limit: 1, distanceResultField: undefined }, [["a", undefined]]],
  ])("%o", async (options, expected) => {
    expect(await nearest(options)).toEqual(expected);
  });

  it("looks through what the filter leaves", async () => {
    expect(await nearest({}, { where: where("k", "==", "c") })).toEqual([["c", Math.sqrt(20)]]);
  });

  it.each<readonly [Partial<FindNearest>, Partial<StructuredQuery>, string]>([
    [{ limit: 0 }, {}, "FindNearest.limit must be a positive integer of no more than 1000"],
    [{ limit: 1001 }, {}, "FindNearest.limit must be a positive integer of no more than 1000"],
    [{}, { limit: 1 }, "A query limit cannot be used with FindNearest"],
    [{}, { offset: 1 }, "A query offset cannot be used with FindNearest"],
    [{}, { startAt: { values: [], before: true } }, "A cursor cannot be used with FindNearest"],
    [{ queryVector: [] }, {}, "Cannot have a zero length vector."],
  ])("refuses %o %o", async (options, parts, message) => {
    await expect(nearest(options, parts)).rejects.toThrow(message);
  });
});

describe("listing", () => {
  function stocked(): EmbeddedDatabase {
    const { database } = rig();
    const paths = ["l/1", "l/2/s/1", "l/3/t/1", "l/3/u/1/v/1", "l/4/x/1/y/1", "l/5", "l/6", "m/1"];
    database.commitNow(paths.map((path) => set(path, { x: 1n })));
    return database;
  }

  const request = (parts: Partial<ListDocuments> = {}): ListDocuments => ({
    parent: "",
    collectionId: "l",
    pageSize: 0,
    pageToken: undefined,
    orderBy: [],
    showMissing: false,
    ...parts,
  });

  async function allPages(
    database: EmbeddedDatabase,
    parts: Partial<ListDocuments>,
  ): Promise<readonly (readonly string[])[]> {
    const pages: string[][] = [];
    let pageToken: string | undefined;
    do {
      const page = await database.listDocuments(request({ ...parts, pageToken }), LATEST);
      pages.push(
        page.items.map(({ path, document }) => (document === undefined ? `(${path})` : path)),
      );
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return pages;
  }

  it("documents, page by page; a full page promises another", async () => {
    expect(await allPages(stocked(), { pageSize: 2 })).toEqual([["l/1", "l/5"], ["l/6"]]);
    expect(await allPages(stocked(), { pageSize: 3 })).toEqual([["l/1", "l/5", "l/6"], []]);
    expect(await allPages(stocked(), {})).toEqual([["l/1", "l/5", "l/6"]]);
  });

  it("also those that only have something beneath them", async () => {
    expect(await allPages(stocked(), { pageSize: 4, showMissing: true })).toEqual([
      ["l/1", "(l/2)", "(l/3)", "(l/4)"],
      ["l/5", "l/6"],
    ]);
  });

  it("goes on behind a document that has been deleted meanwhile", async () => {
    const database = stocked();
    const first = await database.listDocuments(request({ pageSize: 2 }), LATEST);
    database.commitNow([remove("l/5")]);
    const pageToken = first.nextPageToken;
    const second = await database.listDocuments(request({ pageSize: 2, pageToken }), LATEST);
    expect(second.items.map(({ path }) => path)).toEqual(["l/6"]);
  });

  it("in another order", async () => {
    const orderBy = [{ field: ["__name__"], direction: "descending" }] as const;
    expect(await allPages(stocked(), { orderBy, pageSize: 2 })).toEqual([["l/6", "l/5"], ["l/1"]]);
  });

  it("is as it was at an earlier time", async () => {
    const database = stocked();
    const { readTime } = await database.get([], LATEST);
    database.commitNow(["l/1", "l/3/t/1", "l/3/u/1/v/1", "m/1"].map(remove));
    database.commitNow([set("n/1", {}), set("l/9/s/1", {})]);
    const then = { kind: "read-time", readTime } as const;
    const missing = await database.listDocuments(request({ showMissing: true }), then);
    expect(missing.items.map(({ path }) => path)).toEqual([
      "l/1",
      "l/2",
      "l/3",
      "l/4",
      "l/5",
      "l/6",
    ]);
    expect((await database.listCollectionIds("", 0, undefined, then)).items).toEqual(["l", "m"]);
    expect((await database.listCollectionIds("", 0, undefined, LATEST)).items).toEqual(["l", "n"]);
    expect((await database.listCollectionIds("l/3", 0, undefined, then)).items).toEqual(["t", "u"]);
    expect((await database.listCollectionIds("l/3", 0, undefined, LATEST)).items).toEqual([]);
  });

  it("collections beneath a document, page by page", async () => {
    const database = stocked();
    const first = await database.listCollectionIds("", 1, undefined, LATEST);
    expect(first.items).toEqual(["l"]);
    const second = await database.listCollectionIds("", 1, first.nextPageToken, LATEST);
    expect(second.items).toEqual(["m"]);
    expect((await database.listCollectionIds("l/4", 0, undefined, LATEST)).items).toEqual(["x"]);
  });

  it.each<readonly [Partial<ListDocuments>, string]>([
    [
      { showMissing: true, orderBy: [{ field: ["x"], direction: "ascending" }] },
      "cannot specify an order when show_missing is true",
    ],
    [
      { showMissing: true, collectionId: "" },
      "collection id must be set when show_missing is true",
    ],
    [{ pageToken: "zz" }, "invalid page token"],
    [{ pageToken: "p1:%" }, "invalid page token"],
    [{ pageSize: -1 }, "Page size must be nonnegative."],
    [{ mask: [["__r__"]] }, "Invalid reserved name in field path __r__"],
  ])("refuses %o", async (parts, message) => {
    await expect(stocked().listDocuments(request(parts), LATEST)).rejects.toThrow(message);
  });
});

describe("partition", () => {
  const group: Partial<StructuredQuery> = {
    allDescendants: true,
    orderBy: [{ field: ["__name__"], direction: "ascending" }],
  };

  it.each([
    [100, 3, 4],
    [100, 1, 2],
    [3, 10, 3],
    [1, 5, 1],
    [0, 5, 1],
  ])(
    "cuts %i documents at %i points into %i even parts that hold them all",
    async (count, points, parts) => {
      const { database } = rig();
      for (let index = 0; index < count; index += 1)
        database.commitNow([set(`u/${index % 7}/c/${index}`, {})]);
      const cuts = await database.partition(query(group), points, LATEST);
      expect(cuts.length).toBe(parts - 1);
      const sizes: number[] = [];
      const bounds = [undefined, ...cuts, undefined];
      for (let part = 0; part < parts; part += 1) {
        const [start, end] = [bounds[part], bounds[part + 1]];
        const found = await pathsOf(database, {
          ...group,
          startAt: start && { values: start, before: true },
          endAt: end && { values: end, before: true },
        });
        sizes.push(found.length);
      }
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    },
  );

  it("refuses what is not a plain collection group", async () => {
    const { database } = rig();
    await expect(database.partition(query(), 3, LATEST)).rejects.toThrow(
      /^Query partitioning only/,
    );
    await expect(database.partition(query(group), 0, LATEST)).rejects.toThrow("positive");
    expect(database.name).toEqual(NAME);
  });
});
