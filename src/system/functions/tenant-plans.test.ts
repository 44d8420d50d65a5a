import { describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { MemoryLog } from "../provisioning/onboarding.fixture.ts";
import { tenantPath, type Tenant } from "../schema/tenant.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import type { DocumentData, Store } from "../store/store.ts";
import { TenantPlans } from "./tenant-plans.ts";

function tenant(plan: Tenant["plan"]): Tenant {
  const status = "active";
  return { name: "Acme", owner_uid: "u1", plan, status, created_at: new Date(0) };
}

function setUp() {
  const clock = new AutoClock();
  const log = new MemoryLog();
  const memory = createMemoryStore(clock);
  const reads: number[] = [];
  const store: Pick<Store, "get"> = {
    get: async (paths) => {
      reads.push(paths.length);
      return memory.get(paths);
    },
  };
  const put = async (tenantId: string, data: DocumentData): Promise<void> => {
    await memory.commit([{ kind: "set", path: tenantPath(tenantId), data, merge: false }]);
  };
  return { clock, log, store, reads, put, plans: new TenantPlans(clock, log) };
}

describe("TenantPlans", () => {
  it("knows a plan from the refresh after it was asked for", async () => {
    const { plans, put, store, reads } = setUp();
    await put("acme", tenant("enterprise"));
    await plans.refresh(store);
    expect(reads).toEqual([]);
    expect(plans.planOf("acme")).toBeUndefined();
    await plans.refresh(store);
    expect(plans.planOf("acme")).toBe("enterprise");
    await plans.refresh(store);
    expect(reads).toEqual([1]);
  });

  it("answers with an old plan until the one ten minutes later is read", async () => {
    const { plans, put, store, reads, clock } = setUp();
    await put("acme", tenant("free"));
    plans.planOf("acme");
    plans.planOf("nobody");
    await plans.refresh(store);
    await put("acme", tenant("pro"));
    await clock.run(clock.sleep(599_999));
    expect([plans.planOf("acme"), plans.planOf("nobody")]).toEqual(["free", undefined]);
    await plans.refresh(store);
    expect(reads).toEqual([2]);
    await clock.run(clock.sleep(1));
    expect([plans.planOf("acme"), plans.planOf("nobody")]).toEqual(["free", undefined]);
    await plans.refresh(store);
    expect(plans.planOf("acme")).toBe("pro");
    expect(reads).toEqual([2, 2]);
  });

  it("logs a document that is not one, and reads the others", async () => {
    const { plans, put, store, log } = setUp();
    await put("bad", { plan: "gold" });
    await put("good", tenant("pro"));
    for (const tenantId of ["bad", "good"]) plans.planOf(tenantId);
    await plans.refresh(store);
    expect(plans.planOf("bad")).toBeUndefined();
    expect(plans.planOf("good")).toBe("pro");
    expect(log.lines).toMatchObject([
      { level: "warn", fields: { error: expect.stringMatching(/tenants\/bad.*plan/) } },
    ]);
  });

  it("reads in batches, and no more than 5,000 at once", async () => {
    const { plans, store, reads } = setUp();
    for (let index = 0; index < 5001; index += 1) plans.planOf(`t${index}`);
    await plans.refresh(store);
    expect(reads).toEqual([...Array<number>(16).fill(300), 200]);
    await plans.refresh(store);
    expect(reads.at(-1)).toBe(1);
  });

  it("survives a store that fails, and reads when asked again", async () => {
    const { plans, put, store, log } = setUp();
    await put("acme", tenant("pro"));
    plans.planOf("acme");
    await plans.refresh({ get: () => Promise.reject(new Error("database is down")) });
    expect(log.lines).toMatchObject([
      { level: "warn", fields: { error: expect.stringContaining("database is down") } },
    ]);
    expect(plans.planOf("acme")).toBeUndefined();
    await plans.refresh(store);
    expect(plans.planOf("acme")).toBe("pro");
  });

  it("remembers 100,000 plans and forgets the oldest", async () => {
    const { plans, put, store, reads } = setUp();
    await put("t0", tenant("pro"));
    for (let index = 0; index < 100_001; index += 1) {
      plans.planOf(`t${index}`);
      if (index % 5000 === 4999) await plans.refresh(store);
    }
    expect(plans.planOf("t0")).toBe("pro");
    await plans.refresh(store);
    expect(reads.at(-1)).toBe(1);
    expect(plans.planOf("t0")).toBeUndefined();
  });
});
