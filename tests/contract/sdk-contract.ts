import { createRequire } from "node:module";
import {
  AggregateField,
  FieldPath,
  FieldValue,
  Filter,
  Firestore,
  GeoPoint,
  Timestamp,
  type DocumentData,
  type Query,
  type QuerySnapshot,
} from "@google-cloud/firestore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A library of the SDK's own, which is not a dependency of ours. */
const { PassThroughClient } = createRequire(
  createRequire(import.meta.url).resolve("@google-cloud/firestore"),
)("google-auth-library") as { PassThroughClient: new () => unknown };

export interface SdkContractOptions {
  readonly name: string;
  readonly transport: "grpc" | "rest";
  /** Of the server that answers, "HOST:PORT". */
  readonly endpoint: () => string;
  /** Begins the project IDs of this run. */
  readonly projectPrefix: string;
  /** What this server cannot do, by the title of the test, with the reason. */
  readonly cannot?: Readonly<Record<string, string>>;
}

/**
 * What the Node SDK's users rely on, as its tests would ask it: the same expectations for the
 * embedded engine and for the official emulator, over gRPC and over REST.
 */
export function sdkContract(options: SdkContractOptions): void {
  describeSdk(options, (current) => {
    describe("documents", () => {
      documentTests(current);
    });
    describe("queries", () => {
      queryTests(current);
    });
    describe("transactions", () => {
      transactionTests(current);
    });
    describe("bulk", () => {
      bulkTests(current);
    });
  });
}

/** The same for listeners, which the SDK has over gRPC only. */
export function sdkListenerContract(options: SdkContractOptions): void {
  describeSdk(options, listenerTests);
}

function describeSdk(options: SdkContractOptions, tests: (current: Current) => void): void {
  const { name, transport, cannot = {} } = options;
  describe(`Node SDK over ${transport}: ${name}`, () => {
    let db: Firestore;
    beforeEach(({ task, skip }) => {
      const reason = cannot[task.name];
      skip(reason !== undefined, reason);
      projects += 1;
      db = connect(options, `${options.projectPrefix}-${transport}-${projects}`);
    });
    afterEach(() => db.terminate());
    tests(() => db);
  });
}

let projects = 0;

function connect({ transport, endpoint }: SdkContractOptions, projectId: string): Firestore {
  const rest = { preferRest: true, authClient: new PassThroughClient() };
  return new Firestore({
    projectId,
    host: endpoint(),
    ssl: false,
    ignoreUndefinedProperties: false,
    ...(transport === "rest" && rest),
  });
}

type Current = () => Firestore;

/** What a promise rejects with, as gRPC's number. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "no error",
    (error: { readonly code?: unknown }) => error.code,
  );
}

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;

function documentTests(current: Current): void {
  const doc = (path = "things/a") => current().doc(path);
  const read = async (path = "things/a") => (await doc(path).get()).data();

  it("gives back every type of value as it was written", async () => {
    const data = {
      nothing: null,
      yes: true,
      no: false,
      whole: 42,
      negative: -7,
      largest: Number.MAX_SAFE_INTEGER,
      fraction: 0.1,
      huge: 1e300,
      nan: Number.NaN,
      infinite: -Infinity,
      text: "héllo ✓ \u{1F600} \uFFFD",
      empty: "",
      long: "x".repeat(2000),
      time: new Timestamp(1_700_000_000, 123_456_000),
      early: new Timestamp(-62_135_596_800, 0),
      late: new Timestamp(253_402_300_799, 999_999_000),
      bytes: Buffer.from([0, 1, 254, 255]),
      noBytes: Buffer.alloc(0),
      place: new GeoPoint(-89.5, 179.25),
      origin: new GeoPoint(0, 0),
      list: [1, "two", null, { three: [3], none: [] }],
      map: { inner: { deep: "x" }, none: {} },
      "odd `name`.with dots \\ and slashes/": 1,
    };
    await doc().set(data);
    const found = await read();
    expect(found).toEqual(data);
  });

  it("keeps integers of 64 bits, and references", async () => {
    const firestore = current();
    await doc().set({
      max: 2n ** 63n - 1n,
      min: -(2n ** 63n),
      beyond: 2n ** 53n + 1n,
      to: doc("x/y"),
    });
    const snapshot = await firestore
      .collection("things")
      .where("max", "==", 2n ** 63n - 1n)
      .where("beyond", "==", 2n ** 53n + 1n)
      .get();
    expect(snapshot.docs.map(({ id }) => id)).toEqual(["a"]);
    const to = snapshot.docs[0]?.get("to") as { readonly path: string } | undefined;
    expect(to?.path).toBe("x/y");
  });

  it("keeps vectors", async () => {
    await doc().set({ v: FieldValue.vector([1, 2.5, -3]) });
    const found = (await doc().get()).get("v") as { toArray(): number[] };
    expect(found.toArray()).toEqual([1, 2.5, -3]);
  });

  it("says of a missing document that it is missing, with a read time", async () => {
    const snapshot = await doc("things/none").get();
    expect(snapshot.exists).toBe(false);
    expect(snapshot.readTime.toMillis()).toBeGreaterThan(1.7e12);
  });

  it("creates once only", async () => {
    await doc().create({ n: 1 });
    expect(await codeOf(doc().create({ n: 2 }))).toBe(ALREADY_EXISTS);
    expect(await read()).toEqual({ n: 1 });
  });

  it("replaces with set, merges with merge and mergeFields", async () => {
    await doc().set({ a: 1, m: { x: 1, y: 1 }, gone: 1 });
    await doc().set({ b: 2, m: { x: 2 } }, { merge: true });
    expect(await read()).toEqual({ a: 1, b: 2, m: { x: 2, y: 1 }, gone: 1 });
    await doc().set({ a: 9, b: 9, m: { z: 3 } }, { mergeFields: ["a", "m.z"] });
    expect(await read()).toEqual({ a: 9, b: 2, m: { x: 2, y: 1, z: 3 }, gone: 1 });
    await doc().set({ only: 1 });
    expect(await read()).toEqual({ only: 1 });
    await doc("things/empty").set({}, { merge: true });
    expect(await read("things/empty")).toEqual({});
  });

  it("updates fields by path, deletes fields, and only what is there", async () => {
    await doc().set({ a: { b: { c: 1, d: 2 } }, e: 1, "f.g": 1 });
    await doc().update({ "a.b.c": 9, e: FieldValue.delete(), "new.path": true });
    await doc().update(new FieldPath("f.g"), 2);
    expect(await read()).toEqual({ a: { b: { c: 9, d: 2 } }, "f.g": 2, new: { path: true } });
    expect(await codeOf(doc("things/none").update({ a: 1 }))).toBe(NOT_FOUND);
  });

  it("holds update and delete to the time of the last update", async () => {
    const { writeTime } = await doc().set({ n: 1 });
    await doc().update({ n: 2 }, { lastUpdateTime: writeTime });
    expect(await codeOf(doc().update({ n: 3 }, { lastUpdateTime: writeTime }))).toBe(
      FAILED_PRECONDITION,
    );
    expect(await codeOf(doc().delete({ lastUpdateTime: writeTime }))).toBe(FAILED_PRECONDITION);
    const { updateTime } = await doc().get();
    await doc().delete({ lastUpdateTime: updateTime! });
    expect((await doc().get()).exists).toBe(false);
  });

  it("deletes what is there and what is not", async () => {
    await doc().set({ n: 1 });
    await doc().delete();
    await doc().delete();
    expect(await codeOf(doc().delete({ exists: true }))).toBe(NOT_FOUND);
  });

  it("computes transforms on the server", async () => {
    await doc().set({ n: 1, f: 1.5, list: [1, 2], text: "x", at: "later" });
    await doc().update({
      n: FieldValue.increment(2),
      f: FieldValue.increment(0.25),
      text: FieldValue.increment(5),
      made: FieldValue.increment(-1),
      list: FieldValue.arrayUnion(2, 3),
      fresh: FieldValue.arrayUnion("a", "a", "b"),
      at: FieldValue.serverTimestamp(),
    });
    await doc().update({ list: FieldValue.arrayRemove(1) });
    const { at, ...rest } = (await read()) ?? {};
    expect(rest).toEqual({ n: 3, f: 1.75, text: 5, made: -1, list: [2, 3], fresh: ["a", "b"] });
    expect((at as Timestamp).toMillis()).toBeGreaterThan(1.7e12);
  });

  it("gives commit times that only grow, and create times that stay", async () => {
    const first = await doc().set({ n: 1 });
    const second = await doc().set({ n: 2 });
    expect(second.writeTime.valueOf() > first.writeTime.valueOf()).toBe(true);
    const snapshot = await doc().get();
    expect(snapshot.createTime?.isEqual(first.writeTime)).toBe(true);
    expect(snapshot.updateTime?.isEqual(second.writeTime)).toBe(true);
  });

  it("gets many at once, in the order asked, with a mask", async () => {
    await Promise.all([doc("t/a").set({ n: 1, m: 1 }), doc("t/b").set({ n: 2, m: 2 })]);
    const snapshots = await current().getAll(doc("t/b"), doc("t/none"), doc("t/a"), doc("t/b"), {
      fieldMask: ["n"],
    });
    expect(snapshots.map((snapshot) => snapshot.data())).toEqual([
      { n: 2 },
      undefined,
      { n: 1 },
      { n: 2 },
    ]);
  });

  it("adds documents under IDs of the client", async () => {
    const { id } = await current().collection("t").add({ n: 1 });
    expect(id).toHaveLength(20);
    expect((await current().collection("t").get()).size).toBe(1);
  });

  it("lists collections, and documents that are only parents", async () => {
    await doc("a/1").set({});
    await doc("a/1/sub/x").set({});
    await doc("b/ghost/deep/x").set({});
    const ids = (await current().listCollections()).map(({ id }) => id);
    expect(ids).toEqual(["a", "b"]);
    expect((await doc("a/1").listCollections()).map(({ id }) => id)).toEqual(["sub"]);
    expect((await current().collection("b").listDocuments()).map(({ id }) => id)).toEqual([
      "ghost",
    ]);
    expect((await current().collection("b").get()).size).toBe(0);
  });

  it("takes a document of 900 kB, and refuses one beyond 1 MiB", async () => {
    const text = "x".repeat(900_000);
    await doc().set({ text });
    expect((await read())?.["text"]).toHaveLength(900_000);
    expect(await codeOf(doc().set({ a: "x".repeat(600_000), b: "x".repeat(600_000) }))).toBe(
      INVALID_ARGUMENT,
    );
    expect(await read()).toEqual({ text });
  });

  it("refuses IDs and fields that are reserved", async () => {
    expect(await codeOf(doc("things/__bad__").set({}))).toBe(INVALID_ARGUMENT);
    expect(await codeOf(doc().set({ __bad__: 1 }))).toBe(INVALID_ARGUMENT);
  });
}

function queryTests(current: Current): void {
  const cities: Readonly<Record<string, DocumentData>> = {
    BJ: {
      name: "Beijing",
      country: "China",
      population: 21_500,
      regions: ["jingjinji", "hebei"],
      density: 1.5,
    },
    DC: { name: "Washington", country: "USA", population: 680, regions: ["east"], capital: true },
    LA: {
      name: "Los Angeles",
      country: "USA",
      population: 3_900,
      regions: ["west", "coast"],
      density: null,
    },
    SF: {
      name: "San Francisco",
      country: "USA",
      population: 860,
      regions: ["west", "norcal"],
      density: Number.NaN,
    },
    TOK: {
      name: "Tokyo",
      country: "Japan",
      population: 9_000,
      regions: ["kanto", "honshu", "coast"],
    },
  };
  const seed = async () => {
    const batch = current().batch();
    for (const [id, city] of Object.entries(cities)) batch.set(current().doc(`cities/${id}`), city);
    await batch.commit();
    return current().collection("cities");
  };
  const ids = async (query: Query) => (await query.get()).docs.map(({ id }) => id);

  it("filters by every operator", async () => {
    const c = await seed();
    expect(await ids(c.where("country", "==", "USA"))).toEqual(["DC", "LA", "SF"]);
    expect(await ids(c.where("country", "!=", "USA"))).toEqual(["BJ", "TOK"]);
    expect(await ids(c.where("population", "<", 900))).toEqual(["DC", "SF"]);
    expect(await ids(c.where("population", "<=", 860))).toEqual(["DC", "SF"]);
    expect(await ids(c.where("population", ">", 3900))).toEqual(["TOK", "BJ"]);
    expect(await ids(c.where("population", ">=", 3900))).toEqual(["LA", "TOK", "BJ"]);
    expect(await ids(c.where("regions", "array-contains", "west"))).toEqual(["LA", "SF"]);
    expect(await ids(c.where("regions", "array-contains-any", ["coast", "east"]))).toEqual([
      "DC",
      "LA",
      "TOK",
    ]);
    expect(await ids(c.where("country", "in", ["Japan", "China", "Peru"]))).toEqual(["BJ", "TOK"]);
    expect(await ids(c.where("country", "not-in", ["USA", "Japan"]))).toEqual(["BJ"]);
    expect(await ids(c.where("density", "==", null))).toEqual(["LA"]);
    expect(await ids(c.where("density", "==", Number.NaN))).toEqual(["SF"]);
    expect(await ids(c.where("density", "!=", null))).toEqual(["SF", "BJ"]);
    expect(await ids(c.where("capital", "==", true))).toEqual(["DC"]);
    expect(await ids(c.where(FieldPath.documentId(), "in", ["LA", "nowhere", "BJ"]))).toEqual([
      "BJ",
      "LA",
    ]);
    expect(await ids(c.where(FieldPath.documentId(), ">", "LA"))).toEqual(["SF", "TOK"]);
  });

  it("joins filters by and, or", async () => {
    const c = await seed();
    const either = Filter.or(
      Filter.where("country", "==", "Japan"),
      Filter.and(Filter.where("country", "==", "USA"), Filter.where("population", ">", 900)),
    );
    expect(await ids(c.where(either))).toEqual(["LA", "TOK"]);
    expect(await ids(c.where(either).orderBy("population", "desc").limit(1))).toEqual(["TOK"]);
    expect(
      await ids(
        c.where("country", "==", "USA").where("population", ">", 700).orderBy("population"),
      ),
    ).toEqual(["SF", "LA"]);
  });

  it("orders, limits, skips and takes the last", async () => {
    const c = await seed();
    expect(await ids(c.orderBy("country").orderBy("population", "desc"))).toEqual([
      "BJ",
      "TOK",
      "LA",
      "SF",
      "DC",
    ]);
    expect(await ids(c.orderBy("population").limit(2))).toEqual(["DC", "SF"]);
    expect(await ids(c.orderBy("population").offset(3))).toEqual(["TOK", "BJ"]);
    expect(await ids(c.orderBy("population").limitToLast(2))).toEqual(["TOK", "BJ"]);
    expect(await ids(c.orderBy("capital"))).toEqual(["DC"]);
    expect(await ids(c.limit(3))).toEqual(["BJ", "DC", "LA"]);
  });

  it("starts and ends at values and at documents", async () => {
    const c = await seed();
    const byPopulation = c.orderBy("population");
    expect(await ids(byPopulation.startAt(860).endAt(9000))).toEqual(["SF", "LA", "TOK"]);
    expect(await ids(byPopulation.startAfter(860).endBefore(9000))).toEqual(["LA"]);
    const tokyo = await current().doc("cities/TOK").get();
    expect(await ids(byPopulation.startAt(tokyo))).toEqual(["TOK", "BJ"]);
    expect(
      await ids(c.orderBy("country").startAfter(await current().doc("cities/DC").get())),
    ).toEqual(["LA", "SF"]);
    expect(await ids(byPopulation.endAt(860).limitToLast(1))).toEqual(["SF"]);
  });

  it("pages through a collection without gap or repetition", async () => {
    const c = current().collection("pages");
    const batch = current().batch();
    for (let index = 0; index < 45; index += 1) batch.set(c.doc(`d${index}`), { group: index % 4 });
    await batch.commit();
    const seen: string[] = [];
    const first = c.orderBy("group", "desc").limit(10);
    for (
      let page = await first.get();
      !page.empty;
      page = await first.startAfter(page.docs.at(-1)).get()
    ) {
      seen.push(...page.docs.map(({ id }) => id));
    }
    expect(new Set(seen).size).toBe(45);
    expect(seen).toHaveLength(45);
  });

  it("selects fields", async () => {
    const c = await seed();
    const some = await c.where("country", "==", "Japan").select("name", "population").get();
    expect(some.docs.map((snapshot) => snapshot.data())).toEqual([
      { name: "Tokyo", population: 9000 },
    ]);
    const none = await c.limit(1).select().get();
    expect(none.docs.map((snapshot) => snapshot.data())).toEqual([{}]);
  });

  it("asks a collection group, and a document's own collections", async () => {
    const paths = ["users/a/trades/1", "users/b/trades/2", "trades/3", "users/a/other/4"];
    await Promise.all(paths.map((path, n) => current().doc(path).set({ n })));
    const group = current().collectionGroup("trades");
    expect((await group.get()).docs.map(({ ref }) => ref.path)).toEqual([
      "trades/3",
      "users/a/trades/1",
      "users/b/trades/2",
    ]);
    expect(await ids(current().collection("users/a/trades"))).toEqual(["1"]);
    expect(await ids(group.where("n", ">=", 1).orderBy("n", "desc"))).toEqual(["3", "2"]);
  });

  it("counts, sums and averages", async () => {
    const c = await seed();
    const counted = await c.where("country", "==", "USA").count().get();
    expect(counted.data()).toEqual({ count: 3 });
    const all = await c
      .aggregate({
        n: AggregateField.count(),
        total: AggregateField.sum("population"),
        mean: AggregateField.average("population"),
        none: AggregateField.average("missing"),
      })
      .get();
    expect(all.data()).toEqual({ n: 0, total: 0, mean: null, none: null });
    const populated = await c
      .aggregate({
        n: AggregateField.count(),
        total: AggregateField.sum("population"),
        mean: AggregateField.average("population"),
      })
      .get();
    expect(populated.data()).toEqual({ n: 5, total: 35_940, mean: 7188 });
    expect((await c.limit(2).count().get()).data()).toEqual({ count: 2 });
  });

  it("orders types as Firestore does", async () => {
    const c = current().collection("types");
    const values: readonly unknown[] = [
      null,
      false,
      true,
      Number.NaN,
      -1,
      0.5,
      1,
      new Timestamp(1, 0),
      "",
      "a",
      "b",
      Buffer.from([1]),
      current().doc("a/b"),
      new GeoPoint(0, 0),
      [],
      [1],
      FieldValue.vector([1]),
      {},
      { a: 1 },
    ];
    const batch = current().batch();
    values.forEach((v, index) => batch.set(c.doc(String(index).padStart(2, "0")), { v }));
    await batch.commit();
    const expected = values.map((_, index) => String(index).padStart(2, "0"));
    expect(await ids(c.orderBy("v"))).toEqual(expected);
    expect(await ids(c.orderBy("v", "desc"))).toEqual([...expected].reverse());
  });

  it("cuts a collection group into partitions that join to the whole", async () => {
    const batch = current().batch();
    for (let index = 0; index < 300; index += 1)
      batch.set(current().doc(`parts/p${index}`), { index });
    await batch.commit();
    const seen: string[] = [];
    for await (const partition of current().collectionGroup("parts").getPartitions(3)) {
      const found = await partition.toQuery().get();
      seen.push(...found.docs.map(({ id }) => id));
    }
    expect(seen).toHaveLength(300);
    expect(new Set(seen).size).toBe(300);
  });

  it("finds nearest vectors", async () => {
    const c = current().collection("vectors");
    await Promise.all(
      [
        [1, 1],
        [10, 10],
        [2, 2],
      ].map((v, n) => c.doc(`v${n}`).set({ v: FieldValue.vector(v) })),
    );
    const found = await c
      .findNearest({
        vectorField: "v",
        queryVector: [0, 0],
        limit: 2,
        distanceMeasure: "EUCLIDEAN",
        distanceResultField: "d",
      })
      .get();
    expect(found.docs.map((snapshot) => snapshot.id)).toEqual(["v0", "v2"]);
    expect(found.docs[0]?.get("d")).toBeCloseTo(Math.SQRT2);
  });

  it("explains which indexes a query uses, and what it costs", async () => {
    const c = await seed();
    const planned = await c.where("country", "==", "USA").explain();
    expect(planned.snapshot).toBeNull();
    expect(planned.metrics.executionStats).toBeNull();
    expect(planned.metrics.planSummary.indexesUsed).toEqual([
      { query_scope: "Collection", properties: "(country ASC, __name__ ASC)" },
    ]);
    const run = await c.where("country", "==", "USA").explain({ analyze: true });
    expect(run.snapshot?.size).toBe(3);
    expect(run.metrics.executionStats).toMatchObject({ resultsReturned: 3, readOperations: 3 });
    const counted = await c.count().explain({ analyze: true });
    expect(counted.snapshot?.data().count).toBe(5);
    expect(counted.metrics.planSummary.indexesUsed).toEqual([
      { query_scope: "Collection", properties: "(__name__ ASC)" },
    ]);
  });

  it("refuses queries that are none", async () => {
    const c = current().collection("cities");
    const tooMany = Array.from({ length: 31 }, (_, index) => index);
    expect(await codeOf(c.where("a", "in", tooMany).get())).toBe(INVALID_ARGUMENT);
  });

  it("bundles what a query found", async () => {
    const c = await seed();
    const found = await c.where("country", "==", "USA").get();
    const bundle = current().bundle("b").add("usa", found).build().toString();
    expect(bundle).toContain("San Francisco");
    expect(bundle).toContain("namedQuery");
  });

  it("streams a result of many documents, of several megabytes", async () => {
    const c = current().collection("large");
    for (let index = 0; index < 8; index += 1)
      await c.doc(`d${index}`).set({ text: "x".repeat(900_000) });
    let count = 0;
    for await (const snapshot of c.stream() as AsyncIterable<{ get(field: string): unknown }>) {
      expect(snapshot.get("text")).toHaveLength(900_000);
      count += 1;
    }
    expect(count).toBe(8);
  });
}

function transactionTests(current: Current): void {
  it("reads, decides and writes as one", async () => {
    const doc = current().doc("t/a");
    await doc.set({ n: 1 });
    const result = await current().runTransaction(async (transaction) => {
      const snapshot = await transaction.get(doc);
      const all = await transaction.get(current().collection("t"));
      transaction.update(doc, { n: (snapshot.get("n") as number) + all.size });
      transaction.create(current().doc("t/b"), { n: 0 });
      return all.size;
    });
    expect(result).toBe(1);
    const after = await current().getAll(doc, current().doc("t/b"));
    expect(after.map((snapshot) => snapshot.get("n") as number)).toEqual([2, 0]);
  });

  it("loses no increment under contention", async () => {
    const doc = current().doc("t/counter");
    await doc.set({ n: 0 });
    const increments = Array.from({ length: 10 }, () =>
      current().runTransaction(
        async (transaction) => {
          const n = (await transaction.get(doc)).get("n") as number;
          transaction.update(doc, { n: n + 1 });
        },
        { maxAttempts: 20 },
      ),
    );
    await Promise.all(increments);
    expect((await doc.get()).get("n")).toBe(10);
  });

  it("writes nothing of a transaction that throws", async () => {
    const doc = current().doc("t/a");
    const failed = current().runTransaction(async (transaction) => {
      await transaction.get(doc);
      transaction.set(doc, { n: 1 });
      throw new Error("changed my mind");
    });
    await expect(failed).rejects.toThrow("changed my mind");
    expect((await doc.get()).exists).toBe(false);
  });

  it("reads without locks when read-only, and as of a time", async () => {
    const doc = current().doc("t/a");
    const { writeTime } = await doc.set({ n: 1 });
    await doc.set({ n: 2 });
    const now = await current().runTransaction(
      async (transaction) => (await transaction.get(doc)).get("n") as number,
      {
        readOnly: true,
      },
    );
    expect(now).toBe(2);
    const then = await current().runTransaction(
      async (transaction) => (await transaction.get(doc)).get("n") as number,
      {
        readOnly: true,
        readTime: writeTime,
      },
    );
    expect(then).toBe(1);
  });

  it("counts within a transaction", async () => {
    await current().doc("t/a").set({ n: 1 });
    const count = await current().runTransaction(async (transaction) => {
      const counted = await transaction.get(current().collection("t").count());
      transaction.set(current().doc("t/b"), {});
      return counted.data().count;
    });
    expect(count).toBe(1);
  });
}

function bulkTests(current: Current): void {
  it("commits a batch of 500 and more writes, all or nothing", async () => {
    const c = current().collection("many");
    const batch = current().batch();
    for (let index = 0; index < 1200; index += 1) batch.set(c.doc(`d${index}`), { index });
    expect(await batch.commit()).toHaveLength(1200);
    const bad = current().batch();
    bad.set(c.doc("fine"), {});
    bad.create(c.doc("d1"), {});
    expect(await codeOf(bad.commit())).toBe(ALREADY_EXISTS);
    expect((await c.count().get()).data().count).toBe(1200);
  });

  it("applies several writes to one document in their order", async () => {
    const doc = current().doc("t/a");
    await current()
      .batch()
      .set(doc, { n: 1 })
      .update(doc, { m: 2 })
      .update(doc, { n: FieldValue.increment(1) })
      .commit();
    expect((await doc.get()).data()).toEqual({ n: 2, m: 2 });
  });

  it("commits 9 MB at once", async () => {
    const batch = current().batch();
    for (let index = 0; index < 10; index += 1) {
      batch.set(current().doc(`big/d${index}`), { text: "y".repeat(900_000) });
    }
    expect(await batch.commit()).toHaveLength(10);
  });

  it("BulkWriter writes each by itself, and tells which failed", async () => {
    const c = current().collection("bulk");
    await c.doc("d3").set({ before: true });
    const writer = current().bulkWriter({ throttling: false });
    const failed: string[] = [];
    writer.onWriteError((error) => {
      failed.push(`${error.documentRef.id} ${error.code}`);
      return false;
    });
    const results = Array.from({ length: 60 }, (_, index) =>
      writer.create(c.doc(`d${index}`), { index }).catch(() => undefined),
    );
    await writer.close();
    const written = (await Promise.all(results)).filter((result) => result !== undefined);
    expect(failed).toEqual([`d3 ${ALREADY_EXISTS}`]);
    expect(written).toHaveLength(59);
    expect((await c.count().get()).data().count).toBe(60);
  });

  it("deletes a tree, and nothing beside it", async () => {
    const paths = ["r/a", "r/a/s/b", "r/a/s/b/t/c", "r/z", "rr/a"];
    await Promise.all(paths.map((path) => current().doc(path).set({ n: 1 })));
    await current().recursiveDelete(current().doc("r/a"));
    expect((await current().collection("r").get()).docs.map(({ id }) => id)).toEqual(["z"]);
    expect((await current().collectionGroup("s").get()).size).toBe(0);
    expect((await current().collectionGroup("t").get()).size).toBe(0);
    await current().recursiveDelete(current().collection("r"));
    expect((await current().collection("r").get()).size).toBe(0);
    expect((await current().doc("rr/a").get()).exists).toBe(true);
  });
}

/** Snapshots as they come, each awaited in turn. */
function snapshots<T>(
  subscribe: (next: (value: T) => void, fail: (error: Error) => void) => () => void,
) {
  const arrived: T[] = [];
  let wake: () => void = () => undefined;
  let failure: Error | undefined;
  const stop = subscribe(
    (value) => {
      arrived.push(value);
      wake();
    },
    (error) => {
      failure = error;
      wake();
    },
  );
  return {
    stop,
    next: async (): Promise<T> => {
      while (arrived.length === 0) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return arrived.shift() as T;
    },
  };
}

function listenerTests(current: Current): void {
  it("tells of a document's every state", async () => {
    const doc = current().doc("t/a");
    const seen = snapshots<FirebaseFirestore.DocumentSnapshot>((next, fail) =>
      doc.onSnapshot(next, fail),
    );
    expect((await seen.next()).exists).toBe(false);
    await doc.set({ n: 1 });
    expect((await seen.next()).data()).toEqual({ n: 1 });
    await doc.update({ n: 2 });
    expect((await seen.next()).data()).toEqual({ n: 2 });
    await doc.delete();
    expect((await seen.next()).exists).toBe(false);
    seen.stop();
  });

  it("tells of a query's additions, changes and removals", async () => {
    const c = current().collection("t");
    await c.doc("a").set({ n: 1 });
    await c.doc("z").set({ n: 99 });
    const seen = snapshots<QuerySnapshot>((next, fail) =>
      c.where("n", "<", 10).orderBy("n").onSnapshot(next, fail),
    );
    const changes = async () =>
      (await seen.next()).docChanges().map(({ type, doc }) => `${type} ${doc.id}`);
    expect(await changes()).toEqual(["added a"]);
    await c.doc("b").set({ n: 0 });
    expect(await changes()).toEqual(["added b"]);
    await c.doc("a").set({ n: 5 });
    expect(await changes()).toEqual(["modified a"]);
    await c.doc("b").set({ n: 50 });
    expect(await changes()).toEqual(["removed b"]);
    const batch = current().batch();
    batch.delete(c.doc("a")).set(c.doc("c"), { n: 3 }).set(c.doc("d"), { n: 4 });
    await batch.commit();
    expect(await changes()).toEqual(["removed a", "added c", "added d"]);
    seen.stop();
  });

  it("keeps a limited window full", async () => {
    const c = current().collection("t");
    await Promise.all([1, 2, 3].map((n) => c.doc(`d${n}`).set({ n })));
    const seen = snapshots<QuerySnapshot>((next, fail) =>
      c.orderBy("n").limit(2).onSnapshot(next, fail),
    );
    const ids = async () => (await seen.next()).docs.map(({ id }) => id);
    expect(await ids()).toEqual(["d1", "d2"]);
    await c.doc("d1").delete();
    expect(await ids()).toEqual(["d2", "d3"]);
    await c.doc("d0").set({ n: 0 });
    expect(await ids()).toEqual(["d0", "d2"]);
    seen.stop();
  });

  it("tells an empty query at once, and many listeners alike", async () => {
    const c = current().collection("t");
    const all = Array.from({ length: 20 }, () =>
      snapshots<QuerySnapshot>((next, fail) => c.onSnapshot(next, fail)),
    );
    expect(await Promise.all(all.map(async (seen) => (await seen.next()).size))).toEqual(
      all.map(() => 0),
    );
    await c.doc("a").set({ n: 1 });
    expect(await Promise.all(all.map(async (seen) => (await seen.next()).size))).toEqual(
      all.map(() => 1),
    );
    for (const seen of all) seen.stop();
  });

  it("shows a large first snapshot whole", async () => {
    const c = current().collection("t");
    const batch = current().batch();
    for (let index = 0; index < 2000; index += 1)
      batch.set(c.doc(`d${index}`), { text: "x".repeat(1000) });
    await batch.commit();
    const seen = snapshots<QuerySnapshot>((next, fail) => c.onSnapshot(next, fail));
    expect((await seen.next()).size).toBe(2000);
    seen.stop();
  });
}
