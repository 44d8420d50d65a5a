import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type {
  DocumentData,
  FieldValue,
  Filter,
  Order,
  Store,
  Write,
} from "../../src/system/store/store.ts";

export interface StoreUnderTest {
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** What every implementation of the store port must do. `create` gives an empty database. */
export function storeContract({
  name,
  create,
}: {
  readonly name: string;
  readonly create: () => StoreUnderTest;
}): void {
  describe(`store contract: ${name}`, () => {
    let tested: StoreUnderTest;
    let store: Store;
    beforeEach(() => {
      tested = create();
      store = tested.store;
    });
    afterEach(() => tested.close());
    const current = (): Store => store;

    describe("writes", () => {
      writeContract(current);
    });
    describe("preconditions", () => {
      preconditionContract(current);
    });
    describe("transforms", () => {
      transformContract(current);
    });
    describe("queries", () => {
      queryContract(current);
    });
    describe("transactions", () => {
      transactionContract(current);
    });
  });
}

async function dataAt(store: Store, path: string): Promise<DocumentData | undefined> {
  const [snapshot] = await store.get([path]);
  return snapshot?.data;
}

const create = (path: string, data: DocumentData): Write => ({ kind: "create", path, data });

function writeContract(current: () => Store): void {
  it("gives back every kind of value as it was written", async () => {
    const data = {
      nothing: null,
      yes: true,
      whole: 42,
      negative: -7,
      fraction: 0.1,
      large: Number.MAX_SAFE_INTEGER,
      huge: 1e300,
      text: "héllo ✓ \u{1F600}",
      empty: "",
      time: new Date(1_700_000_000_123),
      early: new Date(-1_500),
      list: [1, "two", null, { three: [3] }].slice(0, 4),
      map: { inner: { deep: "x" }, none: {} },
      emptyList: [],
      "odd `name`.with dots": 1,
    };
    await current().commit([create("things/a", data)]);
    const [snapshot] = await current().get(["things/a"]);
    expect(snapshot?.path).toBe("things/a");
    expect(snapshot?.data).toEqual(data);
  });

  it("answers a get in the order asked, undefined for what is missing", async () => {
    await current().commit([create("things/a", { n: 1 }), create("things/b", { n: 2 })]);
    const answers = await current().get(["things/b", "things/none", "things/a", "things/b"]);
    expect(answers.map((snapshot) => snapshot?.data["n"])).toEqual([2, undefined, 1, 2]);
    expect(await current().get([])).toEqual([]);
  });

  it("refuses to create what exists, and then writes nothing of the commit", async () => {
    await current().commit([create("things/b", { n: 1 })]);
    const doubled = current().commit([create("things/a", {}), create("things/b", { n: 2 })]);
    await expect(doubled).rejects.toMatchObject({
      name: "StoreError",
      code: "ALREADY_EXISTS",
      operation: "commit",
    });
    expect(await dataAt(current(), "things/a")).toBeUndefined();
    expect(await dataAt(current(), "things/b")).toEqual({ n: 1 });
  });

  it("replaces the document with set, and only the given fields with merge", async () => {
    const path = "things/a";
    await current().commit([create(path, { a: 1, m: { x: 1, y: 1 }, e: { k: 1 } })]);
    const change = { b: 2, m: { x: 2 }, e: {} };
    await current().commit([{ kind: "set", path, merge: true, data: change }]);
    expect(await dataAt(current(), path)).toEqual({ a: 1, b: 2, m: { x: 2, y: 1 }, e: {} });
    await current().commit([{ kind: "set", path, merge: false, data: { c: 3 } }]);
    expect(await dataAt(current(), path)).toEqual({ c: 3 });
  });

  it("creates with set, merged or not", async () => {
    await current().commit([
      { kind: "set", path: "things/a", merge: true, data: { n: 1 } },
      { kind: "set", path: "things/b", merge: false, data: { n: 2 } },
    ]);
    expect(await dataAt(current(), "things/a")).toEqual({ n: 1 });
    expect(await dataAt(current(), "things/b")).toEqual({ n: 2 });
  });

  it("updates the given top-level fields, whole, of an existing document only", async () => {
    const path = "things/a";
    await current().commit([create(path, { a: 1, "odd.name": 1, m: { x: 1, y: 1 } })]);
    const data = { "odd.name": 2, m: { x: 2 } };
    await current().commit([{ kind: "update", path, data }]);
    expect(await dataAt(current(), path)).toEqual({ a: 1, "odd.name": 2, m: { x: 2 } });
    await expect(
      current().commit([{ kind: "update", path: "things/none", data }]),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("deletes, and does not mind what is not there", async () => {
    await current().commit([create("things/a", {})]);
    await current().commit([
      { kind: "delete", path: "things/a" },
      { kind: "delete", path: "things/none" },
    ]);
    expect(await dataAt(current(), "things/a")).toBeUndefined();
  });

  it("gives the commit's time", async () => {
    const first = await current().commit([create("things/a", {})]);
    const second = await current().commit([create("things/b", {})]);
    expect(Number.isFinite(first.commitTimeMs)).toBe(true);
    expect(second.commitTimeMs).toBeGreaterThanOrEqual(first.commitTimeMs);
  });
}

function preconditionContract(current: () => Store): void {
  const path = "things/a";
  const versionNow = async (): Promise<string> => (await current().get([path]))[0]!.version;

  it("lets a write through while the version is the one read", async () => {
    await current().commit([create(path, { n: 1 })]);
    const precondition = { kind: "version", version: await versionNow() } as const;
    await current().commit([{ kind: "update", path, data: { n: 2 }, precondition }]);
    expect(await dataAt(current(), path)).toEqual({ n: 2 });
  });

  it("refuses an update or delete under an old version", async () => {
    await current().commit([create(path, { n: 1 })]);
    const precondition = { kind: "version", version: await versionNow() } as const;
    await current().commit([{ kind: "update", path, data: { n: 2 } }]);
    const stale: readonly Write[] = [
      { kind: "update", path, data: { n: 3 }, precondition },
      { kind: "delete", path, precondition },
    ];
    for (const write of stale) {
      await expect(current().commit([write])).rejects.toMatchObject({
        code: "FAILED_PRECONDITION",
      });
    }
    expect(await dataAt(current(), path)).toEqual({ n: 2 });
  });

  it("refuses to delete what must exist and does not", async () => {
    const precondition = { kind: "exists", exists: true } as const;
    await expect(current().commit([{ kind: "delete", path, precondition }])).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
}

function transformContract(current: () => Store): void {
  it("sets server timestamps and increments, nested ones too, with every kind of write", async () => {
    const transforms = {
      at: { kind: "server-timestamp" },
      "deep.count": { kind: "increment", by: 2 },
    } as const;
    await current().commit([
      { kind: "create", path: "things/a", data: { n: 1 }, transforms },
      { kind: "set", path: "things/b", merge: false, data: { n: 1 }, transforms },
      { kind: "set", path: "things/c", merge: true, data: {}, transforms },
    ]);
    await current().commit([{ kind: "update", path: "things/a", data: {}, transforms }]);
    const [a, b, c] = await current().get(["things/a", "things/b", "things/c"]);
    expect(a?.data).toEqual({ n: 1, at: expect.any(Date), deep: { count: 4 } });
    expect(b?.data).toEqual({ n: 1, at: expect.any(Date), deep: { count: 2 } });
    expect(c?.data).toEqual({ at: expect.any(Date), deep: { count: 2 } });
  });

  it("loses no increment of parallel commits", async () => {
    const path = "things/counter";
    const write: Write = {
      kind: "set",
      path,
      merge: true,
      data: {},
      transforms: { n: { kind: "increment", by: 1 } },
    };
    await Promise.all(Array.from({ length: 10 }, () => current().commit([write])));
    expect(await dataAt(current(), path)).toEqual({ n: 10 });
  });
}

const FRUIT: readonly (readonly [string, DocumentData])[] = [
  ["apple", { kind: "fruit", n: 1, tags: ["red", "green"], at: new Date(1_000), m: { k: 1 } }],
  ["beet", { kind: "root", n: 2, tags: ["red"], at: new Date(3_000), m: { k: 2 } }],
  ["carrot", { kind: "root", n: 2, tags: [], at: new Date(2_000), m: { k: 3 } }],
  ["date", { kind: "fruit", n: null, tags: ["brown"], at: new Date(4_000) }],
  ["elder", { kind: "fruit", n: "text", at: new Date(5_000) }],
];

/** Each row: what is asked, and the IDs that must come back, in order. */
const QUERIES: readonly {
  readonly asks: string;
  readonly where?: readonly Filter[];
  readonly orderBy?: readonly Order[];
  readonly limit?: number;
  readonly startAfter?: readonly FieldValue[];
  readonly ids: readonly string[];
}[] = [
  { asks: "everything, by name", ids: ["apple", "beet", "carrot", "date", "elder"] },
  {
    asks: "equality",
    where: [{ field: "kind", operator: "==", value: "root" }],
    ids: ["beet", "carrot"],
  },
  { asks: "null", where: [{ field: "n", operator: "==", value: null }], ids: ["date"] },
  {
    asks: "not null (a missing field is not)",
    where: [{ field: "n", operator: "!=", value: null }],
    ids: ["apple", "beet", "carrot", "elder"],
  },
  {
    asks: "inequality, which orders by its field and leaves null out",
    where: [{ field: "n", operator: "!=", value: 2 }],
    ids: ["apple", "elder"],
  },
  {
    asks: "a range within one type only",
    where: [{ field: "n", operator: ">=", value: 1 }],
    ids: ["apple", "beet", "carrot"],
  },
  {
    asks: "two conditions, newest first",
    where: [
      { field: "kind", operator: "==", value: "fruit" },
      { field: "at", operator: ">", value: new Date(1_000) },
    ],
    orderBy: [{ field: "at", direction: "desc" }],
    ids: ["elder", "date"],
  },
  {
    asks: "both ends of a range",
    where: [
      { field: "at", operator: ">", value: new Date(1_000) },
      { field: "at", operator: "<=", value: new Date(3_000) },
    ],
    ids: ["carrot", "beet"],
  },
  {
    asks: "a nested field",
    where: [{ field: "m.k", operator: "<", value: 3 }],
    ids: ["apple", "beet"],
  },
  {
    asks: "in",
    where: [{ field: "n", operator: "in", value: [1, "text"] }],
    ids: ["apple", "elder"],
  },
  {
    asks: "not-in",
    where: [{ field: "kind", operator: "not-in", value: ["root", "nut"] }],
    ids: ["apple", "date", "elder"],
  },
  {
    asks: "array-contains",
    where: [{ field: "tags", operator: "array-contains", value: "red" }],
    ids: ["apple", "beet"],
  },
  {
    asks: "array-contains-any",
    where: [{ field: "tags", operator: "array-contains-any", value: ["brown", "green"] }],
    ids: ["apple", "date"],
  },
  {
    asks: "an order, which leaves out documents without the field; values by type",
    orderBy: [{ field: "tags", direction: "asc" }],
    ids: ["carrot", "date", "beet", "apple"],
  },
  {
    asks: "an order of mixed types, names breaking ties",
    orderBy: [{ field: "n", direction: "desc" }],
    ids: ["elder", "carrot", "beet", "apple", "date"],
  },
  {
    asks: "a limit",
    orderBy: [{ field: "at", direction: "asc" }],
    limit: 2,
    ids: ["apple", "carrot"],
  },
  {
    asks: "a cursor on a field",
    orderBy: [{ field: "at", direction: "asc" }],
    startAfter: [new Date(2_000)],
    ids: ["beet", "date", "elder"],
  },
  {
    asks: "a cursor on a field and the name",
    orderBy: [
      { field: "n", direction: "asc" },
      { field: "__name__", direction: "asc" },
    ],
    startAfter: [2, "box/1/food/beet"],
    ids: ["carrot", "elder"],
  },
  {
    asks: "a range of names",
    where: [
      { field: "__name__", operator: ">", value: "box/1/food/apple" },
      { field: "__name__", operator: "<", value: "box/1/food/date" },
    ],
    ids: ["beet", "carrot"],
  },
  {
    asks: "a list of names",
    where: [{ field: "__name__", operator: "in", value: ["box/1/food/date", "box/1/food/beet"] }],
    ids: ["beet", "date"],
  },
];

function queryContract(current: () => Store): void {
  beforeEach(async () => {
    await current().commit([
      ...FRUIT.map(([id, data]) => create(`box/1/food/${id}`, data)),
      create("box/2/food/zucchini", { kind: "fruit", n: 9 }),
      create("box/1/food/apple/food/core", { kind: "fruit", n: 8 }),
      create("box/1/drink/tea", { kind: "fruit", n: 7 }),
    ]);
  });

  it.each(QUERIES)("asks $asks", async (row) => {
    const answer = await current().query({
      ...row,
      from: { kind: "collection", path: "box/1/food" },
    });
    expect(answer.map(({ path }) => path)).toEqual(row.ids.map((id) => `box/1/food/${id}`));
  });

  it("gives a version that a precondition takes", async () => {
    const [found] = await current().query({ from: { kind: "collection", path: "box/2/food" } });
    const precondition = { kind: "version", version: found!.version } as const;
    await current().commit([{ kind: "delete", path: found!.path, precondition }]);
    expect(await dataAt(current(), found!.path)).toBeUndefined();
  });

  it("pages through a collection group by name, whatever the parent", async () => {
    const seen: string[] = [];
    for (let page = 0; page < 5; page += 1) {
      const last = seen.at(-1);
      const answer = await current().query({
        from: { kind: "collection-group", name: "food" },
        where: [{ field: "kind", operator: "==", value: "fruit" }],
        orderBy: [{ field: "__name__", direction: "asc" }],
        limit: 2,
        ...(last !== undefined && { startAfter: [last] }),
      });
      seen.push(...answer.map(({ path }) => path));
    }
    expect(seen).toEqual([
      "box/1/food/apple",
      "box/1/food/apple/food/core",
      "box/1/food/date",
      "box/1/food/elder",
      "box/2/food/zucchini",
    ]);
  });

  it("takes a range of full paths in a collection group", async () => {
    const answer = await current().query({
      from: { kind: "collection-group", name: "food" },
      where: [{ field: "__name__", operator: ">=", value: "box/1/food/elder" }],
    });
    expect(answer.map(({ path }) => path)).toEqual(["box/1/food/elder", "box/2/food/zucchini"]);
  });
}

function transactionContract(current: () => Store): void {
  const path = "things/a";

  it("returns what the body returned, and applies its writes together", async () => {
    await current().commit([create(path, { n: 1 })]);
    const result = await current().transaction(async (transaction) => {
      const [snapshot] = await transaction.get([path]);
      const listed = await transaction.query({ from: { kind: "collection", path: "things" } });
      transaction.write({ kind: "update", path, data: { n: 2 } }, create("things/b", {}));
      return [snapshot?.data["n"], listed.length];
    });
    expect(result).toEqual([1, 1]);
    expect(await dataAt(current(), path)).toEqual({ n: 2 });
    expect(await dataAt(current(), "things/b")).toEqual({});
  });

  it("passes the body's error on and writes nothing", async () => {
    const fault = new Error("no");
    const run = current().transaction(async (transaction) => {
      transaction.write(create(path, {}));
      throw fault;
    });
    await expect(run).rejects.toBe(fault);
    expect(await dataAt(current(), path)).toBeUndefined();
  });

  it("passes a failed write's status on", async () => {
    await current().commit([create(path, {})]);
    const run = current().transaction(async (transaction) => {
      transaction.write(create(path, {}));
    });
    await expect(run).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  });

  it("loses no update of parallel transactions", async () => {
    await current().commit([create(path, { n: 0 })]);
    const addOne = (): Promise<void> =>
      current().transaction(async (transaction) => {
        const [snapshot] = await transaction.get([path]);
        const n = Number(snapshot?.data["n"]) + 1;
        transaction.write({ kind: "update", path, data: { n } });
      });
    await Promise.all([addOne(), addOne(), addOne()]);
    expect(await dataAt(current(), path)).toEqual({ n: 3 });
  });

  it("creates once when two transactions find nothing", async () => {
    const createOnce = (): Promise<boolean> =>
      current().transaction(async (transaction) => {
        const [snapshot] = await transaction.get([path]);
        if (!snapshot) transaction.write(create(path, {}));
        return snapshot === undefined;
      });
    const created = await Promise.all([createOnce(), createOnce()]);
    expect(created.filter(Boolean)).toHaveLength(1);
  });
}
