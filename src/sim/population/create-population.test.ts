import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createRng } from "../../std/rng.ts";
import { totalString } from "../../system/schema/decimal.ts";
import { documentId } from "../../system/schema/document.ts";
import { createPopulation } from "./create-population.ts";
import type { Population } from "./population.ts";
import { tenantSizes } from "./tenant-sizes.ts";

function populationOf(users: number, tenants: number, seed: number | string = 1): Population {
  return createPopulation({ users, tenants }, createRng(seed));
}

describe("a population of 1,000 users in 400 tenants", () => {
  const population = populationOf(1000, 400);

  test("has that many, each user in exactly one tenant and named by it", () => {
    expect(population.users).toHaveLength(1000);
    expect(population.tenants).toHaveLength(400);
    const members = population.tenants.flatMap(({ userIndexes }) => userIndexes);
    expect(members.toSorted((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    for (const { tenantId, userIndexes } of population.tenants) {
      for (const index of userIndexes) expect(population.users[index]!.tenantId).toBe(tenantId);
    }
  });

  test("has one large tenant, a few middling ones and mostly tiny ones", () => {
    const sizes = population.tenants.map(({ userIndexes }) => userIndexes.length);
    expect(sizes[0]).toBe(90);
    expect(sizes[1]).toBeGreaterThan(30);
    expect(sizes[1]).toBeLessThan(60);
    expect(sizes.filter((size) => size <= 2).length).toBeGreaterThan(300);
    expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(100);
  });

  test("has plans that go with the sizes", () => {
    const plansOf = (isOfSize: (size: number) => boolean) =>
      population.tenants
        .filter(({ userIndexes }) => isOfSize(userIndexes.length))
        .map(({ plan }) => plan);
    expect(new Set(plansOf((size) => size >= 20))).toEqual(new Set(["enterprise"]));
    expect(new Set(plansOf((size) => size < 5))).toEqual(new Set(["free", "pro"]));
    const free = plansOf((size) => size === 1).filter((plan) => plan === "free");
    expect(free.length / plansOf((size) => size === 1).length).toBeGreaterThan(0.6);
  });

  test("has IDs and addresses that the service takes, each once", () => {
    for (const { uid, email, strategyIds, cash } of population.users) {
      expect(uid).toMatch(/^[A-Za-z0-9]{28}$/);
      expect(z.email().parse(email)).toBe(email);
      expect(totalString.parse(cash)).toBe(cash);
      expect(strategyIds.length).toBeGreaterThanOrEqual(1);
      for (const id of strategyIds) expect(id).toMatch(/^[A-Za-z0-9]{20}$/);
    }
    for (const { tenantId, name } of population.tenants) {
      expect(documentId.parse(tenantId)).toBe(tenantId);
      expect(tenantId).toMatch(/^tenant_[A-Za-z0-9]{28}$/);
      expect(name).not.toBe("");
    }
    expect(new Set(population.users.map(({ uid }) => uid)).size).toBe(1000);
    expect(new Set(population.users.map(({ email }) => email)).size).toBe(1000);
    expect(new Set(population.tenants.map(({ tenantId }) => tenantId)).size).toBe(400);
  });

  test("spreads first letters of uids over the alphabet, so that no key range is hot", () => {
    expect(new Set(population.users.map(({ uid }) => uid[0])).size).toBe(62);
  });

  test("has heavy-tailed activity: the busiest tenth does a third to a half of it", () => {
    const activity = population.users.map((user) => user.activity).toSorted((a, b) => b - a);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const share = sum(activity.slice(0, 100)) / sum(activity);
    expect(share).toBeGreaterThan(0.33);
    expect(share).toBeLessThan(0.5);
  });
});

test("the same seed gives the same population, another seed another", () => {
  expect(populationOf(50, 20, "a")).toEqual(populationOf(50, 20, "a"));
  expect(populationOf(50, 20, "b")).not.toEqual(populationOf(50, 20, "a"));
});

test("law: more users leave earlier ones as they were, but for their tenant", () => {
  const size = fc.integer({ min: 1, max: 60 });
  const law = fc.property(size, size, fc.integer(), (few, more, seed) => {
    const before = populationOf(few, Math.ceil(few * 0.4), seed).users;
    const after = populationOf(few + more, Math.ceil((few + more) * 0.4), seed).users;
    const withoutTenant = (users: Population["users"]) =>
      users.map((user) => ({ ...user, tenantId: "" }));
    expect(withoutTenant(after.slice(0, few))).toEqual(withoutTenant(before));
  });
  fc.assert(law, { numRuns: 50 });
});

describe("tenant sizes", () => {
  test.each([
    { users: 1, tenants: 1, share: 0.09, sizes: [1], why: "one user" },
    {
      users: 5,
      tenants: 1,
      share: 0.09,
      sizes: [5],
      why: "one tenant has all, whatever its share",
    },
    { users: 3, tenants: 3, share: 0.9, sizes: [1, 1, 1], why: "everyone needs a user" },
    { users: 10, tenants: 5, share: 0.6, sizes: [6, 1, 1, 1, 1], why: "all that can be spared" },
    { users: 10, tenants: 2, share: 0, sizes: [5, 5], why: "nobody is larger than the largest" },
    // 100 - 50 leaves 50 for 3: one each, and 47 by 1/2, 1/3 and 1/4: 22, 14, 11.
    { users: 100, tenants: 4, share: 0.5, sizes: [50, 23, 15, 12], why: "Zipf's law" },
  ])("$users in $tenants with share $share: $why", ({ users, tenants, share, sizes }) => {
    expect(tenantSizes(users, tenants, share)).toEqual(sizes);
  });

  test("law: the sum is exact, nobody is empty, and they never grow down the list", () => {
    const users = fc.integer({ min: 1, max: 3000 });
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const law = fc.property(users, unit, unit, (users, tenantShare, largestShare) => {
      const tenants = Math.max(1, Math.ceil(users * tenantShare));
      const sizes = tenantSizes(users, tenants, largestShare);
      expect(sizes).toHaveLength(tenants);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(users);
      expect(sizes.at(-1)).toBeGreaterThanOrEqual(1);
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    });
    fc.assert(law);
  });

  test("fewer users than tenants are a programming error: the command line refuses them", () => {
    expect(() => tenantSizes(3, 4)).toThrow("3 users cannot fill 4 tenants");
  });
});
