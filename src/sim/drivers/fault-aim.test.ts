import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { faultsSchema } from "../config/fault.ts";
import { callFaultsOf, type CallFault } from "./call-fault.ts";
import { comparePaths, isAimedAt } from "./fault-aim.ts";

function slow(aim: object): CallFault {
  const [fault] = callFaultsOf(faultsSchema.parse([{ kind: "slow", addedMs: 1, ...aim }]));
  if (fault === undefined) throw new Error("there is one");
  return fault;
}

const RANKS = new Map([
  ["users/u1", 0],
  ["users/u2", 1],
]);
const rankOf = (path: string) => RANKS.get(path.split("/").slice(0, 2).join("/"));

describe("a fault's aim", () => {
  it.each([
    ["everybody", {}, "users/u1/secrets/s", true],
    ["the beginning of a path", { path: "users/" }, "users/u1", true],
    ["the beginning of a path", { path: "users/" }, "ops/users/x", false],
    ["any user's", { path: "users/*/sec" }, "users/u1/secrets/s", true],
    ["any user's", { path: "users/*/sec" }, "users/u1/accounts/s", false],
    ["any user's", { path: "users/*/sec" }, "users/u1", false],
    ["any collection's", { path: "*/u1" }, "users/u1", true],
    ["keys from", { keysFrom: "users/u1" }, "users/u1", true],
    ["keys from", { keysFrom: "users/u1" }, "users/u1/secrets/s", true],
    ["keys from", { keysFrom: "users/u1" }, "users/u0", false],
    ["keys until", { keysUntil: "users/u1" }, "users/u0", true],
    ["keys until", { keysUntil: "users/u1" }, "users/u1", false],
    ["keys between", { keysFrom: "ops", keysUntil: "users" }, "tenants/t", true],
    ["a tenant", { tenant: 1 }, "users/u2", true],
    ["a tenant", { tenant: 1 }, "users/u1/secrets/s", false],
    ["nobody's documents", { tenant: 1 }, "ops/counter", false],
    [
      "all of it at once",
      { tenant: 0, path: "users/*/s", keysFrom: "users/u0" },
      "users/u1/s/1",
      true,
    ],
    [
      "all of it at once",
      { tenant: 0, path: "users/*/s", keysFrom: "users/u2" },
      "users/u1/s/1",
      false,
    ],
  ])("%s: %o at %s: %s", (_, aim, path, isMet) => {
    expect(isAimedAt(slow(aim), path, rankOf)).toBe(isMet);
  });
});

test("paths are ordered segment by segment, a document before those beneath it", () => {
  const sorted = ["a/b", "a/b/c/d", "a/b-/c", "a/c", "a-/b", "b/a"];
  expect(sorted.toReversed().toSorted(comparePaths)).toEqual(sorted);
  const path = fc
    .array(fc.constantFrom("a", "b", "ab", "a-"), { minLength: 1 })
    .map((segments) => segments.join("/"));
  fc.assert(
    fc.property(path, path, (left, right) => {
      expect(Math.sign(comparePaths(left, right))).toBe(-Math.sign(comparePaths(right, left)) || 0);
      expect(comparePaths(left, right) === 0).toBe(left === right);
    }),
  );
});
