import { describe, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng } from "../../std/rng.ts";
import { createMemoryStore } from "../../system/store/memory-store.ts";
import { StoreError } from "../../system/store/store.ts";
import { createPopulation } from "../population/create-population.ts";
import { DataAudit } from "../verify/data-audit.ts";
import { provisionPopulation } from "./provision-population.ts";
import { readBack } from "./read-back.ts";
import { SignUps } from "./sign-ups.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const never = new AbortController().signal;

async function provisioned(failing?: (path: string) => boolean) {
  const clock = new AutoClock();
  let failures = 0;
  const store = createMemoryStore(clock, {
    beforeCommit: (writes) => {
      const bad = failing && writes.find(({ path }) => failing(path));
      if (bad === undefined || failures > 0) return;
      failures += 1;
      throw new StoreError("UNAVAILABLE", "commit", bad.path, "injected");
    },
  });
  const population = createPopulation({ users: 60, tenants: 20 }, createRng(4));
  const tenantOf = new Map<string, string>();
  await clock.run(
    provisionPopulation(
      {
        clock,
        store,
        signUps: new SignUps(clock, store, log),
        signal: never,
        onUser: (uid, tenantId) => tenantOf.set(uid, tenantId),
        onProgress: () => undefined,
      },
      population,
    ),
  );
  const audit = new DataAudit({
    tenantOf,
    cashOf: new Map(population.users.map(({ uid, cash }) => [uid, cash])),
    sweptTenants: new Set(),
    openedTrades: new Map(),
    pnl: new Map(),
    clientLedger: new Map(),
    unconfirmedLedger: new Map(),
    directDocuments: new Map(),
    directCounters: new Map(),
    priceAt: () => undefined,
  });
  const target = { collectionIds: async () => [] };
  await readBack({ store, target, population, audit, signal: never, onProgress: () => undefined });
  return { audit, population, tenantOf, store };
}

describe("provisionPopulation", () => {
  test("everybody ends in the tenant of the plan, with all seven groups, through real sign-ups", async () => {
    const { audit, population, tenantOf } = await provisioned();
    expect(tenantOf.size).toBe(60);
    for (const { uid, tenantId } of population.users) expect(tenantOf.get(uid)).toBe(tenantId);
    expect(audit.groups()).toMatchObject({ checked: 60, faults: 0 });
    expect(audit.isolation.faults).toBe(0);
    expect(audit.schema.faults).toBe(0);
    // 7 groups of 60 users in 20 tenants, 40 invitations, and the strategies.
    const strategies = population.users.reduce((sum, user) => sum + user.strategyIds.length, 0);
    expect(audit.schema.checked).toBe(60 * 6 + 20 + 40 + strategies);
  });

  test("a commit that fails for a moment leaves nobody out", async () => {
    const { audit } = await provisioned((path) => path.includes("/secrets/"));
    expect(audit.groups()).toMatchObject({ checked: 60, faults: 0 });
  });
});
