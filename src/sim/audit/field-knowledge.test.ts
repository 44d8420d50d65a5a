import { describe, expect, it } from "vitest";
import { nameKnowledge, ownerOf, serviceKnowledge } from "./field-knowledge.ts";

describe("what a field's name says", () => {
  const knowledge = nameKnowledge([]);

  it.each([
    [
      "time",
      [
        "created_at",
        "createdAt",
        "ts",
        "timestamp",
        "time",
        "updated",
        "last_seen_at",
        "meta.created",
        "dueDate",
        "expires_on",
        "startTime",
        "date",
        "timestampMs",
        "created_at_ms",
        "sentAtMillis",
        "published_on",
        "lastSeen",
        "last_login",
        "seq",
        "invoice.sequence_number",
      ],
    ],
    [
      "id",
      [
        "uid",
        "user_id",
        "userId",
        "shard",
        "email",
        "ids",
        "m.tenant_id",
        "authorRef",
        "walletAddress",
        "author",
        "m.owner",
        "createdBy",
      ],
    ],
    [
      "choice",
      [
        "status",
        "type",
        "is_open",
        "isOpen",
        "m.side",
        "enabled",
        "isOn",
        "deleted",
        "published",
        "has_time",
      ],
    ],
    [
      "other",
      [
        "category_name",
        "price",
        "sometimes",
        "format",
        "status_text",
        "data",
        "rates",
        "paid",
        "consequence",
        "island",
        "hash",
        "issue",
      ],
    ],
  ] as const)("%s", (kind, names) => {
    expect(names.filter((name) => knowledge.kindOf("c", name).kind !== kind)).toEqual([]);
  });
});

describe("what the service's schema says", () => {
  const knowledge = serviceKnowledge();

  it("knows types, and how many values there are", () => {
    expect(knowledge.kindOf("ledger_trades", "side")).toEqual({ kind: "choice", count: 2 });
    expect(knowledge.kindOf("ledger_trades", "ts")).toEqual({ kind: "time" });
    expect(knowledge.kindOf("shadowTradeHistory", "closed_at")).toEqual({ kind: "time" });
    expect(knowledge.kindOf("strategies", "symbols")).toEqual({ kind: "array" });
    expect(knowledge.kindOf("ledger_trades", "uid")).toEqual({ kind: "id" });
  });

  it("knows where a collection lies, of several of a name the one that has the fields", () => {
    expect(knowledge.patternsOf("users", [])).toEqual([
      "tenants/{tenantId}/users",
      "users",
      "ops/write_rates/users",
    ]);
    expect(knowledge.patternsOf("users", ["role", "created_at"])).toEqual([
      "tenants/{tenantId}/users",
    ]);
  });

  it("knows all the times of a collection", () => {
    expect(knowledge.timesOf("shadowTradeHistory")).toEqual([
      "created_at",
      "quoted_at",
      "closed_at",
    ]);
  });
});

describe("ownerOf", () => {
  it.each([
    ["users/{uid}/trades", "user"],
    ["tenants/{tenantId}/ledger", "parent"],
    ["tenants/{tenantId}/users/{userId}/x", "user"],
    ["ops", "database"],
  ])("%s: %s", (pattern, owner) => {
    expect(ownerOf(pattern)).toBe(owner);
  });
});
