import { describe, expect, it } from "vitest";
import { invitationPath } from "../schema/invitation.ts";
import { onboardingErrorPath } from "../schema/ops.ts";
import { StoreError, type Store } from "../store/store.ts";
import { assignTenant } from "./assign-tenant.ts";
import { EMAIL_ADDRESSES } from "../../../tests/setup/value-samples.ts";
import { provisionUser } from "./provision-user.ts";
import { createWorld, START_MS, type OnboardingWorld } from "./onboarding.fixture.ts";

const verified = { uid: "u1", email: "Ann@Example.com", emailVerified: true };
const OWN = { kind: "assigned", tenantId: "tenant_u1" };

async function invite(world: OnboardingWorld, expiresMs: number): Promise<void> {
  const data = { tenant_id: "acme", invited_by: "boss", expires_at: new Date(expiresMs) };
  await world.store.commit([{ kind: "create", path: invitationPath("ann@example.com"), data }]);
}

const assign = (
  { clock, store, log }: OnboardingWorld,
  user: Parameters<typeof assignTenant>[3] = verified,
): ReturnType<typeof assignTenant> => assignTenant(clock, store, log, user);

describe("assignTenant", () => {
  it("founds a tenant named after the user", async () => {
    expect(await assign(createWorld())).toEqual(OWN);
  });

  it("takes the tenant of an invitation to the verified address", async () => {
    const world = createWorld();
    await invite(world, START_MS + 1);
    expect(await assign(world)).toEqual({ kind: "assigned", tenantId: "acme" });
  });

  it("does not believe an address that is not verified, and then reads nothing", async () => {
    const world = createWorld();
    await invite(world, START_MS + 1);
    const store: Store = {
      ...world.store,
      get: async () => {
        throw new Error("must not read");
      },
    };
    const blind = { ...world, store };
    expect(await assign(blind, { ...verified, emailVerified: false })).toEqual(OWN);
  });

  it("ignores an invitation that has expired", async () => {
    const world = createWorld();
    await invite(world, START_MS);
    expect(await assign(world)).toEqual(OWN);
  });

  it.each([
    ["without an e-mail", { ...verified, email: undefined }, "e-mail"],
    [
      "with an address in another script",
      { ...verified, email: "üser@example.com" },
      "plain letters",
    ],
    ["with a quoted address", { ...verified, email: '"x y"@example.com' }, "plain letters"],
    ["with an ID that is no document ID", { ...verified, uid: "a/b" }, "user ID"],
  ])("refuses a sign-up %s", async (_, user, text) => {
    const decision = await assign(createWorld(), user);
    expect(decision).toMatchObject({
      kind: "refused",
      reason: "invalid-user",
      message: expect.stringContaining(text),
    });
  });

  it.each(EMAIL_ADDRESSES.good)("takes %s at sign-up and in provisioning", async (email) => {
    const world = createWorld();
    expect(await assign(world, { ...verified, email })).toEqual(OWN);
    const user = { uid: "u1", email, tenantId: OWN.tenantId };
    expect(await provisionUser(world.clock, world.store, user)).toMatchObject({
      kind: "provisioned",
    });
  });

  it.each(EMAIL_ADDRESSES.bad)("refuses %s at sign-up as in provisioning", async (email) => {
    const world = createWorld();
    const user = { uid: "u1", email, tenantId: OWN.tenantId };
    const refusal = { kind: "refused", reason: "invalid-user" };
    expect(await assign(world, { ...verified, email })).toMatchObject(refusal);
    expect(await provisionUser(world.clock, world.store, user)).toMatchObject(refusal);
  });

  it("refuses and records when the database fails", async () => {
    const world = createWorld();
    const get: Store["get"] = async () => {
      throw new StoreError("UNAVAILABLE", "get", "ops", "down");
    };
    const decision = await assign({ ...world, store: { ...world.store, get } });
    expect(decision).toMatchObject({ kind: "refused" });
    const [entry] = await world.store.get([onboardingErrorPath("u1")]);
    expect(entry?.data).toMatchObject({
      uid: "u1",
      email: "Ann@Example.com",
      tenant_id: null,
      step: "on_user_signup",
      code: "UNAVAILABLE",
      attempts: 1,
      first_failed_at: new Date(START_MS),
    });
  });

  it("answers within 5 s when the database never does", async () => {
    const world = createWorld();
    const never = new Promise<never>(() => undefined);
    const store: Store = { ...world.store, get: () => never, commit: () => never };
    const decision = await assign({ ...world, store });
    expect(decision).toMatchObject({ kind: "refused", message: expect.stringContaining("again") });
    expect(world.clock.monotonicMs()).toBeLessThanOrEqual(5000);
    expect(world.log.lines.map(({ fields }) => fields["record_code"])).toEqual([
      undefined,
      "DeadlineError",
    ]);
  });
});
