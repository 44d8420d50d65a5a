import { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { shadowTradePath, tradingStatusPath } from "../schema/user.ts";
import { createAdminStore } from "../store/admin-store.ts";
import { processClock } from "../store/process-clock.ts";
import type { Query, Write } from "../store/store.ts";
import { enabledUsers, openTradesOfUser, openTradesOfUsers } from "./pulse-queries.ts";

/** Through the SDK, which has its own opinion of what a document's name may be compared with. */
const firestore = new Firestore({
  projectId: `demo-pulse-queries-${processClock.wallMs()}`,
  host: inject("firestoreEndpoint"),
  ssl: false,
});
const store = createAdminStore(firestore);

/** "a-" is between "a" and "b", though "a-/x" comes before "a/x" as a text. */
const USERS = [
  { uid: "a", shard: 3, enabled: true },
  { uid: "a-", shard: 1, enabled: true },
  { uid: "b", shard: 2, enabled: false },
  { uid: "c", shard: 2, enabled: true },
  { uid: "d", shard: 9, enabled: true },
];

beforeAll(async () => {
  await store.commit(
    USERS.flatMap(({ uid, shard, enabled }): readonly Write[] => [
      write(tradingStatusPath(uid), { uid, shard, enabled }),
      write(shadowTradePath(uid, "0"), { status: "OPEN" }),
      write(shadowTradePath(uid, "z"), { status: "OPEN" }),
      write(shadowTradePath(uid, "closed"), { status: "CLOSED" }),
    ]),
  );
});
afterAll(() => firestore.terminate());

describe("enabledUsers", () => {
  it("finds the enabled users in order of uid", async () => {
    expect(await uids(enabledUsers({ shards: "all", limit: 10 }))).toEqual(["a", "a-", "c", "d"]);
  });

  it("goes on after a user", async () => {
    const startAfter = { uid: "a", shard: 3 };
    expect(await uids(enabledUsers({ shards: "all", limit: 2, startAfter }))).toEqual(["a-", "c"]);
  });

  it("finds the enabled users of some shards in order of shard and uid", async () => {
    expect(await uids(enabledUsers({ shards: [1, 2, 3], limit: 10 }))).toEqual(["a-", "c", "a"]);
  });

  it("goes on after a user of some shard", async () => {
    const startAfter = { uid: "a-", shard: 1 };
    expect(await uids(enabledUsers({ shards: [1, 2, 3], limit: 1, startAfter }))).toEqual(["c"]);
  });
});

describe("openTradesOfUsers", () => {
  it("finds all open trades from the first user to the last, in order of path", async () => {
    const query = openTradesOfUsers({ firstUid: "a", lastUid: "c", limit: 100 });
    expect(await paths(query)).toEqual(
      ["a", "a-", "b", "c"].flatMap((uid) => [
        shadowTradePath(uid, "0"),
        shadowTradePath(uid, "z"),
      ]),
    );
  });

  it("goes on after a trade", async () => {
    const startAfter = shadowTradePath("a", "z");
    const query = openTradesOfUsers({ firstUid: "a", lastUid: "c", limit: 2, startAfter });
    expect(await paths(query)).toEqual([shadowTradePath("a-", "0"), shadowTradePath("a-", "z")]);
  });

  it("finds those of one user, as the query of one user does", async () => {
    const query = openTradesOfUsers({ firstUid: "b", lastUid: "b", limit: 100 });
    expect(await paths(query)).toEqual([shadowTradePath("b", "0"), shadowTradePath("b", "z")]);
    expect((await paths(openTradesOfUser("b"))).toSorted()).toEqual(await paths(query));
  });
});

function write(path: string, data: Extract<Write, { kind: "create" }>["data"]): Write {
  return { kind: "create", path, data };
}

async function paths(query: Query): Promise<readonly string[]> {
  return (await store.query(query)).map(({ path }) => path);
}

async function uids(query: Query): Promise<readonly string[]> {
  return (await paths(query)).map((path) => path.split("/")[1] ?? "");
}
