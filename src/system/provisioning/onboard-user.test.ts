import { describe, expect, it } from "vitest";
import { onboardingErrorPath } from "../schema/ops.ts";
import { StoreError } from "../store/store.ts";
import { onboardUser } from "./onboard-user.ts";
import { createWorld } from "./onboarding.fixture.ts";
import { provisionUser } from "./provision-user.ts";

const entryOf = async (world: ReturnType<typeof createWorld>, uid: string) =>
  (await world.store.get([onboardingErrorPath(uid)]))[0]?.data;

describe("onboardUser", () => {
  it("provisions the tenant of the claim", async () => {
    const world = createWorld();
    world.directory.add({ uid: "u1", tenantId: "acme" });
    expect(await onboardUser(world, "u1")).toMatchObject({ kind: "provisioned", tenantId: "acme" });
    expect(world.log.lines).toMatchObject([{ level: "info", fields: { tenant_id: "acme" } }]);
  });

  it("decides the tenant of a user who never met the blocking function, and sets the claim", async () => {
    const world = createWorld();
    world.directory.add({ uid: "u1" });
    const result = await onboardUser(world, "u1");
    expect(result).toMatchObject({ kind: "provisioned", tenantId: "tenant_u1" });
    expect(world.directory.users.get("u1")?.tenantId).toBe("tenant_u1");
  });

  it("does not set a claim that contradicts the documents", async () => {
    const world = createWorld();
    world.directory.add({ uid: "u1" });
    await provisionUser(world.clock, world.store, {
      uid: "u1",
      email: "u1@example.com",
      tenantId: "acme",
    });
    expect(await onboardUser(world, "u1")).toMatchObject({ reason: "other-tenant" });
    expect(world.directory.users.get("u1")?.tenantId).toBeUndefined();
    expect(await entryOf(world, "u1")).toMatchObject({ code: "other-tenant" });
  });

  it("comes to the same end when it crashes between documents and claim", async () => {
    const world = createWorld();
    world.directory.add({ uid: "u1" });
    world.directory.failures.push({ method: "setTenantClaim", error: new Error("crash") });
    await expect(onboardUser(world, "u1")).rejects.toThrow("crash");
    expect(await entryOf(world, "u1")).toMatchObject({ tenant_id: "tenant_u1", attempts: 1 });
    expect(await onboardUser(world, "u1")).toMatchObject({ kind: "provisioned", created: [] });
    expect(world.directory.users.get("u1")?.tenantId).toBe("tenant_u1");
    expect(await entryOf(world, "u1")).toBeUndefined();
  });

  it("records a user who cannot be provisioned, and does not ask for another delivery", async () => {
    const world = createWorld();
    world.directory.add({ uid: "u1", email: undefined });
    expect(await onboardUser(world, "u1")).toMatchObject({ kind: "refused" });
    expect(await entryOf(world, "u1")).toMatchObject({ code: "invalid-user", email: "" });
  });

  it("does nothing for a user who is gone", async () => {
    const world = createWorld();
    expect(await onboardUser(world, "u1")).toEqual({ kind: "gone" });
    expect(await entryOf(world, "u1")).toBeUndefined();
  });

  it("throws the first error when the record fails as well, and logs both", async () => {
    const world = createWorld({
      beforeCommit: (writes) => {
        throw new StoreError("PERMISSION_DENIED", "commit", writes[0]!.path, "no");
      },
    });
    world.directory.add({ uid: "u1", tenantId: "acme" });
    await expect(onboardUser(world, "u1")).rejects.toMatchObject({ path: "tenants/acme" });
    expect(world.log.lines.map(({ message }) => message)).toEqual([
      expect.stringContaining("tenants/acme"),
      expect.stringContaining("the failure is not recorded"),
    ]);
  });
});
