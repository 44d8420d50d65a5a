import { beforeEach, describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { enabledUsers, openTradesOfUsers } from "../../system/queries/pulse-queries.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import type { Query, Store } from "../../system/store/store.ts";
import { everyDocument } from "../run/every-document.ts";
import { confinedStore } from "./confined-store.ts";
import { RunScope } from "./run-scope.ts";

const scope = new RunScope("run001");
const OWN = [`${scope.prefix}A`, `${scope.prefix}B`] as const;
const OTHERS = ["plimsoll-run000-A", "plimsoll-run002-A", "Ann", "zoe"];

let database: Store;
let asked: Query[];
let store: Store;

beforeEach(async () => {
  asked = [];
  const memory = createMemoryStore(new AutoClock());
  database = {
    ...memory,
    query: (query) => {
      asked.push(query);
      return memory.query(query);
    },
  };
  store = confinedStore(database, scope);
  for (const uid of [...OWN, ...OTHERS]) {
    const status = { enabled: true, uid, tenant_id: `tenant_${uid}`, shard: 3 };
    await memory.commit([
      set(`users/${uid}`, {}),
      set(`users/${uid}/status/trading`, status),
      set(`users/${uid}/shadowTradeHistory/t1`, { status: "OPEN" }),
      set(`tenants/tenant_${uid}/users/${uid}`, {}),
      set(`ops/write_rates/users/${uid}`, {}),
      set(`ops/pulse/sweeps/${uid}`, {}),
    ]);
  }
});

const set = (path: string, data: Record<string, string | number | boolean>) =>
  ({ kind: "set", path, data, merge: false }) as const;

describe("confinedStore", () => {
  it.each([
    ["a person's document", "users/Ann"],
    ["another run's", "users/plimsoll-run002-A"],
    ["the lease of runs", "plimsoll_staging/lease"],
    ["a collection of nobody's", `users/${OWN[0]}/unknown/x`],
  ])("throws on a write to %s, and sends nothing", async (_, path) => {
    const before = await database.get([path]);
    const writes = [set(`users/${OWN[0]}`, { a: 1 }), set(path, { a: 1 })];
    await expect(store.commit(writes)).rejects.toThrow("is not the run's");
    await expect(
      store.transaction(async (transaction) => transaction.write(...writes)),
    ).rejects.toThrow("is not the run's");
    expect(await database.get([path])).toEqual(before);
  });

  it("throws on a read of another's document, and of a whole root collection", async () => {
    await expect(store.get(["users/Ann"])).rejects.toThrow("is not the run's");
    const all = { from: { kind: "collection", path: "users" } } as const;
    await expect(store.query(all)).rejects.toThrow("may not list users");
  });

  it("shows the service's sweep the run's users only", async () => {
    for (const shards of ["all", [2, 3]] as const) {
      const found = await store.query(enabledUsers({ shards, limit: 10 }));
      expect(found.map(({ data }) => data["uid"])).toEqual(OWN);
    }
    const range = { firstUid: OWN[0], lastUid: OTHERS[3] as string, limit: 10 };
    expect(await store.query(openTradesOfUsers(range))).toHaveLength(2);
    // The database itself was asked for no more: others' documents are not even read, or billed.
    for (const { where } of asked) {
      expect(where).toContainEqual({
        field: "__name__",
        operator: ">=",
        value: `users/${scope.prefix}`,
      });
    }
  });

  it("pages through collections of one name in several places", async () => {
    const pages = [];
    for await (const page of everyDocument(store, "users")) pages.push(...page);
    expect(pages.map(({ path }) => path)).toEqual([
      ...OWN.map((uid) => `ops/write_rates/users/${uid}`),
      ...OWN.map((uid) => `tenants/tenant_${uid}/users/${uid}`),
      ...OWN.map((uid) => `users/${uid}`),
    ]);
    const listed: string[] = [];
    let last: string | undefined;
    for (;;) {
      const [next] = await store.query({
        from: { kind: "collection-group", name: "users" },
        orderBy: [{ field: "__name__", direction: "asc" }],
        limit: 1,
        ...(last === undefined ? {} : { startAfter: [last] }),
      });
      if (next === undefined) break;
      last = next.path;
      listed.push(last);
    }
    expect(listed).toEqual(pages.map(({ path }) => path));
  });

  it("keeps the service's lease apart from another's, by the names the service knows", async () => {
    await store.commit([set("ops/pulse/sweeps/all", { holder: "me" })]);
    expect((await store.get(["ops/pulse/sweeps/all"]))[0]).toMatchObject({
      path: "ops/pulse/sweeps/all",
      data: { holder: "me" },
    });
    expect(await database.get(["ops/pulse/sweeps/all"])).toEqual([undefined]);
    expect(await database.get([`ops/pulse/sweeps/${scope.prefix}all`])).not.toEqual([undefined]);
    const found = await store.transaction((transaction) =>
      transaction.get(["ops/pulse/sweeps/all"]),
    );
    expect(found[0]?.data["holder"]).toBe("me");
  });
});
