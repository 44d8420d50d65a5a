import { describe, expect, it } from "vitest";
import { enabledUsers, openTradesOfUser, openTradesOfUsers } from "./pulse-queries.ts";

describe("enabledUsers", () => {
  it("pages through all shards in order of name", () => {
    const query = enabledUsers({
      shards: "all",
      limit: 10,
      startAfter: { uid: "u5", shard: 3 },
    });
    expect(query).toEqual({
      from: { kind: "collection-group", name: "status" },
      where: [{ field: "enabled", operator: "==", value: true }],
      orderBy: [{ field: "__name__", direction: "asc" }],
      limit: 10,
      startAfter: ["users/u5/status/trading"],
    });
  });

  it("asks for a worker's shards as one range, in order of shard and name", () => {
    const query = enabledUsers({
      shards: [8, 9, 10],
      limit: 10,
      startAfter: { uid: "u5", shard: 9 },
    });
    expect(query.where?.slice(1)).toEqual([
      { field: "shard", operator: ">=", value: 8 },
      { field: "shard", operator: "<=", value: 10 },
    ]);
    expect(query.orderBy?.map(({ field }) => field)).toEqual(["shard", "__name__"]);
    expect(query.startAfter).toEqual([9, "users/u5/status/trading"]);
  });

  it("starts at the front without a cursor", () => {
    expect(enabledUsers({ shards: [4], limit: 10 })).not.toHaveProperty("startAfter");
  });

  it.each([
    ["none", []],
    ["a gap", [1, 3]],
    ["the wrong order", [3, 2]],
  ])("refuses shards that are no range: %s", (_, shards) => {
    expect(() => enabledUsers({ shards, limit: 10 })).toThrow("shard");
  });
});

describe("openTradesOfUsers", () => {
  it("spans all trades from the first user to the last", () => {
    const query = openTradesOfUsers({ firstUid: "a", lastUid: "c", limit: 10 });
    expect(query.where).toEqual([
      { field: "status", operator: "==", value: "OPEN" },
      { field: "__name__", operator: ">", value: "users/a" },
      { field: "__name__", operator: "<=", value: "users/c/shadowTradeHistory/\u{10ffff}" },
    ]);
  });

  it("goes on after a trade", () => {
    const startAfter = "users/b/shadowTradeHistory/t1";
    const query = openTradesOfUsers({ firstUid: "a", lastUid: "c", limit: 10, startAfter });
    expect(query.startAfter).toEqual([startAfter]);
  });

  it("refuses an ID that cannot be one", () => {
    const query = () => openTradesOfUsers({ firstUid: "a/b", lastUid: "c", limit: 10 });
    expect(query).toThrow(RangeError);
  });
});

describe("openTradesOfUser", () => {
  it("stays in the user's own collection", () => {
    expect(openTradesOfUser("a").from).toEqual({
      kind: "collection",
      path: "users/a/shadowTradeHistory",
    });
  });
});
