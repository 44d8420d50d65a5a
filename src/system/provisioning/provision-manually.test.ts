import { describe, expect, it } from "vitest";
import { memberPath, type MemberRole } from "../schema/tenant.ts";
import { onboardingErrorPath } from "../schema/ops.ts";
import { StoreError } from "../store/store.ts";
import { createWorld, type OnboardingWorld } from "./onboarding.fixture.ts";
import { provisionManually } from "./provision-manually.ts";
import { provisionUser } from "./provision-user.ts";

/** Tenant acme, founded by boss, with a further member of each role. */
async function acme(faults: Parameters<typeof createWorld>[0] = {}): Promise<OnboardingWorld> {
  const world = createWorld(faults);
  for (const uid of ["boss", "admin", "member"]) {
    const email = `${uid}@example.com`;
    world.directory.add({ uid, tenantId: "acme" });
    await provisionUser(world.clock, world.store, { uid, email, tenantId: "acme" });
  }
  const role: MemberRole = "admin";
  const path = memberPath("acme", "admin");
  await world.store.commit([{ kind: "update", path, data: { role } }]);
  world.directory.add({ uid: "new" });
  return world;
}

const caller = (uid: string, tenantId: string | undefined = "acme") => ({ uid, tenantId });
const input = { user_id: "new", tenant_id: "acme" };

describe("provisionManually", () => {
  it.each(["boss", "admin"])("lets %s bring a user in", async (uid) => {
    const world = await acme();
    const result = await provisionManually(world, caller(uid), input);
    expect(result).toMatchObject({ kind: "provisioned", tenantId: "acme" });
    expect(world.directory.users.get("new")?.tenantId).toBe("acme");
    const [member] = await world.store.get([memberPath("acme", "new")]);
    expect(member?.data["role"]).toBe("member");
  });

  it("takes the caller's tenant when none is named", async () => {
    const result = await provisionManually(await acme(), caller("boss"), { user_id: "new" });
    expect(result).toMatchObject({ kind: "provisioned", tenantId: "acme" });
  });

  it("repairs a member, and leaves what is there", async () => {
    const world = await acme();
    await world.store.commit([{ kind: "delete", path: "users/member/config/preferences" }]);
    const result = await provisionManually(world, caller("boss"), { user_id: "member" });
    expect(result).toMatchObject({ created: ["preferences"] });
  });

  it.each([
    ["nobody", undefined, input, "unauthenticated"],
    ["no object", caller("boss"), "new", "invalid-argument"],
    ["no user", caller("boss"), { tenant_id: "acme" }, "invalid-argument"],
    ["a path for an ID", caller("boss"), { user_id: "a/b" }, "invalid-argument"],
    ["an unknown key", caller("boss"), { ...input, role: "owner" }, "invalid-argument"],
    ["a mere member", caller("member"), input, "permission-denied"],
    ["a claim without a membership", caller("stranger"), input, "permission-denied"],
    [
      "an admin of another tenant",
      caller("boss"),
      { ...input, tenant_id: "b" },
      "permission-denied",
    ],
    [
      "a caller without a tenant",
      { uid: "x", tenantId: undefined },
      { user_id: "new" },
      "failed-precondition",
    ],
    ["an unknown user", caller("boss"), { user_id: "nobody" }, "not-found"],
    [
      "an unknown user, by a stranger",
      caller("stranger"),
      { user_id: "nobody" },
      "permission-denied",
    ],
  ] as const)("refuses %s", async (_, by, data, code) => {
    const world = await acme();
    expect(await provisionManually(world, by, data)).toMatchObject({ kind: "refused", code });
    expect(await world.store.get(["users/new"])).toEqual([undefined]);
  });

  it("refuses to move a user of another tenant, by claim or by documents", async () => {
    const world = await acme();
    world.directory.add({ uid: "claimed", tenantId: "b" });
    world.directory.add({ uid: "stored" });
    const email = "stored@example.com";
    await provisionUser(world.clock, world.store, { uid: "stored", email, tenantId: "secret-b" });
    for (const uid of ["claimed", "stored"]) {
      const result = await provisionManually(world, caller("boss"), { user_id: uid });
      expect(result).toMatchObject({ kind: "refused", code: "failed-precondition" });
      expect(result).not.toMatchObject({ message: expect.stringContaining("secret-b") });
      expect(world.directory.users.get(uid)?.tenantId).not.toBe("acme");
    }
  });

  it("refuses an admin who was dismissed, whatever the token says", async () => {
    const world = await acme();
    await world.store.commit([{ kind: "delete", path: memberPath("acme", "admin") }]);
    const result = await provisionManually(world, caller("admin"), input);
    expect(result).toMatchObject({ code: "permission-denied" });
  });

  it("lets a user repair the tenant that is theirs alone, and no other", async () => {
    const world = await acme();
    const self = caller("new", "tenant_new");
    const result = await provisionManually(world, self, { user_id: "new" });
    expect(result).toMatchObject({ kind: "provisioned", tenantId: "tenant_new" });
    const dismissed = caller("gone", "acme");
    world.directory.add({ uid: "gone", tenantId: "acme" });
    expect(await provisionManually(world, dismissed, { user_id: "gone" })).toMatchObject({
      code: "permission-denied",
    });
  });

  it("records a failure and throws it", async () => {
    let broken = false;
    const world = await acme({
      beforeCommit: ([write]) => {
        if (!broken || write?.path.startsWith("ops/")) return;
        throw new StoreError("PERMISSION_DENIED", "commit", write?.path ?? "", "no");
      },
    });
    broken = true;
    await expect(provisionManually(world, caller("boss"), input)).rejects.toThrow("no");
    const [entry] = await world.store.get([onboardingErrorPath("new")]);
    expect(entry?.data).toMatchObject({ step: "provision_user_manually", tenant_id: "acme" });
  });
});
