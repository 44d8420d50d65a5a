import { describe, expect, test } from "vitest";
import { DOCUMENT_FAMILIES, familyOf } from "./catalogue.ts";
import { documentPath, DocumentError, parentIdOf, parseDocument } from "./document.ts";
import { SHARD_COUNT, shardOf } from "./shard.ts";
import { closingTradeId, isClosingTradeId, ledgerTradePath, tenantSchema } from "./tenant.ts";
import { shadowTradePath, userSchema } from "./user.ts";

describe("parseDocument", () => {
  const data = {
    email: "a@example.com",
    tenant_id: "acme",
    onboarded: true,
    created_at: new Date(0),
  };

  test("hands over a document that matches, and passes over fields it does not know", () => {
    const snapshot = { path: "users/u1", data: { ...data, note: "mine" } };
    expect(parseDocument(userSchema, snapshot)).toEqual(data);
  });

  test("names the path and every field that does not match", () => {
    const snapshot = { path: "users/u1", data: { ...data, email: "nobody", created_at: "today" } };
    const parse = () => parseDocument(userSchema, snapshot);
    expect(parse).toThrow(DocumentError);
    expect(parse).toThrow(/^users\/u1: .*email: .*; created_at: /);
  });

  test("an empty document names its missing fields", () => {
    const parse = () => parseDocument(tenantSchema, { path: "tenants/acme", data: {} });
    expect(parse).toThrow(/tenants\/acme: .*name: .*owner_uid: .*plan: /);
  });
});

describe("documentPath", () => {
  test.each([
    ["", "at least|>=1|Too small"],
    ["a/b", "slash"],
    [".", "must not be"],
    ["..", "must not be"],
    ["__x__", "__"],
    ["x".repeat(1501), "1,500 bytes"],
    ["é".repeat(751), "1,500 bytes"],
  ])("refuses the ID %j", (id, message) => {
    expect(() => documentPath("users", id)).toThrow(new RegExp(message));
  });

  test("accepts what Firestore accepts", () => {
    expect(documentPath("users", "x".repeat(1500))).toHaveLength(1506);
    expect(shadowTradePath("u1", "t 1")).toBe("users/u1/shadowTradeHistory/t 1");
    expect(parentIdOf(ledgerTradePath("acme", "t1"))).toBe("acme");
  });
});

describe("closing entries of the ledger", () => {
  test("are named after the user and the trade", () => {
    expect(closingTradeId("u1", "t1")).toBe("u1_t1_close");
    expect(closingTradeId("u1", "t1")).not.toBe(closingTradeId("u2", "t1"));
  });

  test.each([
    [closingTradeId("u1", "t1"), true],
    ["u1\n_close", true],
    ["_close", true],
    ["u1_t1_closed", false],
    ["u1_t1-close", false],
    ["close", false],
  ])("%j: %s", (id, isClosing) => {
    expect(isClosingTradeId(id)).toBe(isClosing);
  });

  test("have an ID that Firestore takes, however long the parts may be", () => {
    const [uid, tradeId] = ["ü".repeat(128), "😀".repeat(128)];
    expect(() => ledgerTradePath("acme", closingTradeId(uid, tradeId))).not.toThrow();
  });
});

describe("the catalogue", () => {
  test("every family's pattern is a document's: an even number of segments", () => {
    for (const { pattern } of DOCUMENT_FAMILIES) expect(pattern.split("/").length % 2).toBe(0);
  });

  test.each([
    ["users/u1", "user"],
    ["tenants/acme/users/u1", "member"],
    ["ops/write_rates/users/u1", "userWriteRate"],
    ["users/u1/status/trading", "tradingStatus"],
  ])("%s is a %s", (path, name) => {
    expect(familyOf(path)?.name).toBe(name);
  });

  test.each(["users/u1/trades/t1", "other/x", "users/u1/status", "ops/write_rates/x/y/z"])(
    "%s is none of ours",
    (path) => {
      expect(familyOf(path)).toBeUndefined();
    },
  );
});

test("tenants spread over all shards, and each keeps its own", () => {
  const shards = Array.from({ length: 2000 }, (_, index) => shardOf(`tenant-${index}`));
  expect(new Set(shards).size).toBe(SHARD_COUNT);
  expect(Math.max(...shards)).toBe(SHARD_COUNT - 1);
  expect(shardOf("tenant-7")).toBe(shards[7]);
});
