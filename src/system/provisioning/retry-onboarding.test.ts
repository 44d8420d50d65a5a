import { describe, expect, it } from "vitest";
import { ONBOARDING_ERRORS, onboardingErrorPath, type OnboardingError } from "../schema/ops.ts";
import { createWorld, START_MS, type OnboardingWorld } from "./onboarding.fixture.ts";
import { retryOnboarding } from "./retry-onboarding.ts";

async function addEntry(
  world: OnboardingWorld,
  uid: string,
  entry: Partial<OnboardingError> = {},
): Promise<void> {
  const failedAt = new Date(START_MS);
  const data: OnboardingError = {
    uid,
    email: `${uid}@example.com`,
    tenant_id: null,
    step: "on_user_created",
    code: "UNAVAILABLE",
    message: "down",
    attempts: 1,
    first_failed_at: failedAt,
    last_failed_at: failedAt,
    ...entry,
  };
  await world.store.commit([{ kind: "create", path: onboardingErrorPath(uid), data }]);
}

describe("retryOnboarding", () => {
  it("repairs, drops and fails, each on its own", async () => {
    const world = createWorld();
    for (const uid of ["good", "gone", "bad"]) await addEntry(world, uid);
    world.directory.add({ uid: "good" });
    world.directory.add({ uid: "bad", email: undefined });
    expect(await retryOnboarding(world, { limit: 10 })).toEqual({
      tried: 3,
      repaired: 1,
      dropped: 1,
      failed: 1,
    });
    const left = await world.store.query({ from: { kind: "collection", path: ONBOARDING_ERRORS } });
    expect(left.map(({ data }) => [data["uid"], data["attempts"]])).toEqual([["bad", 2]]);
  });

  it("keeps to the tenant that was chosen before", async () => {
    const world = createWorld();
    world.directory.add({ uid: "u1" });
    await addEntry(world, "u1", { tenant_id: "acme", step: "provision_user_manually" });
    expect(await retryOnboarding(world, { limit: 10 })).toMatchObject({ repaired: 1 });
    expect(world.directory.users.get("u1")?.tenantId).toBe("acme");
  });

  it("takes the fewest attempts first, at most as many as asked, and leaves hopeless ones", async () => {
    const world = createWorld();
    await addEntry(world, "hopeless", { attempts: 10 });
    await addEntry(world, "often", { attempts: 9 });
    await addEntry(world, "once");
    for (const uid of ["hopeless", "often", "once"]) world.directory.add({ uid });
    expect(await retryOnboarding(world, { limit: 1 })).toMatchObject({ tried: 1 });
    expect(await world.store.get(["users/once", "users/often"])).toMatchObject([{}, undefined]);
    expect(await retryOnboarding(world, { limit: 10 })).toMatchObject({ tried: 1, repaired: 1 });
    expect(await world.store.get(["users/hopeless"])).toEqual([undefined]);
  });

  it("goes on past an entry that does not parse", async () => {
    const world = createWorld();
    const path = onboardingErrorPath("a");
    await world.store.commit([{ kind: "create", path, data: { attempts: 0 } }]);
    await addEntry(world, "b");
    world.directory.add({ uid: "b" });
    expect(await retryOnboarding(world, { limit: 10 })).toMatchObject({ repaired: 1, failed: 1 });
    expect(world.log.lines).toContainEqual(expect.objectContaining({ level: "error" }));
  });
});
