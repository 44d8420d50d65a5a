import { describe, expect, it } from "vitest";
import { DOCUMENT_FAMILIES } from "../../system/schema/catalogue.ts";
import { isOfSomeRun, rangesOfAllRuns, RunScope, runIdAt } from "./run-scope.ts";

const scope = new RunScope("run001");
const UID = `${scope.prefix}Ab3`;

const pathOf = (pattern: string, uid: string, tenantId: string): string =>
  pattern.replace("{tenantId}", tenantId).replaceAll(/\{[^}]*\}/g, uid);

describe("RunScope", () => {
  it.each(DOCUMENT_FAMILIES.map(({ name, pattern }) => [name, pattern]))(
    "owns its own %s and nobody else's",
    (_, pattern) => {
      expect(scope.owns(pathOf(pattern, UID, `tenant_${UID}`))).toBe(true);
      // Another run's, a person's, one whose ID merely holds or nearly is the prefix.
      for (const id of ["plimsoll-run002-Ab3", "Ab3", `x${UID}`, "plimsoll-run001"]) {
        expect(scope.owns(pathOf(pattern, id, `tenant_${id}`))).toBe(false);
      }
    },
  );

  it.each([
    ["a collection that the service does not know", `users/${UID}/unknown/x`],
    ["the manifest", "plimsoll_staging/lease"],
    ["a tenant whose ID is a user's", `tenants/${UID}`],
    ["a member of another tenant", `tenants/acme/users/${UID}`],
  ])("does not own %s", (_, path) => expect(scope.owns(path)).toBe(false));

  it.each([
    ["ops/pulse/sweeps/all", "ops/pulse/sweeps/plimsoll-run001-all"],
    ["ops/write_rates/global/worker-0", "ops/write_rates/global/plimsoll-run001-worker-0"],
    ["direct_writes/x", "direct_writes/plimsoll-run001-x"],
    ["direct_counters/batch_performance_3", "direct_counters/plimsoll-run001-batch_performance_3"],
  ])("renames %s, and back", (known, placed) => {
    expect(scope.toDatabase(known)).toBe(placed);
    expect(scope.toDatabase(placed)).toBe(placed);
    expect(scope.toRun(placed)).toBe(known);
    expect(scope.owns(placed)).toBe(true);
  });

  it("renames nothing else", () => {
    for (const path of [`users/${UID}`, `ops/write_rates/users/${UID}`, "users/someone"]) {
      expect(scope.toDatabase(path)).toBe(path);
      expect(scope.toRun(path)).toBe(path);
    }
  });

  it.each(DOCUMENT_FAMILIES.map(({ name, pattern }) => [name, pattern]))(
    "finds its own %s in exactly one range, and nobody else's in any",
    (_, pattern) => {
      const collection = pattern.split("/").at(-2) ?? "";
      const holding = (path: string) =>
        scope.rangesOf(collection).filter(({ from, to }) => from <= path && path < to);
      expect(holding(pathOf(pattern, UID, `tenant_${UID}`))).toHaveLength(1);
      for (const id of ["plimsoll-run002-A", "plimsoll-run0010-A", "plimsoll-run00-A", "A", "z"]) {
        expect(holding(pathOf(pattern, id, `tenant_${id}`))).toEqual([]);
      }
    },
  );

  it("lists ranges in order of name", () => {
    expect(scope.rangesOf("users").map(({ from }) => from)).toEqual([
      "ops/write_rates/users/plimsoll-run001-",
      "tenants/tenant_plimsoll-run001-",
      "users/plimsoll-run001-",
    ]);
  });
});

it("tells what some run has made from what none has", () => {
  expect(isOfSomeRun(`users/${UID}`)).toBe(true);
  expect(isOfSomeRun(`tenants/tenant_${UID}`)).toBe(true);
  expect(isOfSomeRun("users/ann")).toBe(false);
  const [range] = rangesOfAllRuns("status");
  expect(range).toEqual({ from: "users/plimsoll-", to: "users/plimsoll." });
});

it("names a run by the moment it begins", () => {
  expect(runIdAt(Date.UTC(2026, 10, 26))).toMatch(/^[0-9a-z]{8}$/);
  expect(runIdAt(2e12) < runIdAt(2e12 + 1)).toBe(true);
});
