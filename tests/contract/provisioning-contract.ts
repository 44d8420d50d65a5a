import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  onboardUser,
  type OnboardingDependencies,
} from "../../src/system/provisioning/onboard-user.ts";
import { MemoryDirectory, MemoryLog } from "../../src/system/provisioning/onboarding.fixture.ts";
import { provisionUser } from "../../src/system/provisioning/provision-user.ts";
import { retryOnboarding } from "../../src/system/provisioning/retry-onboarding.ts";
import { parseDocument } from "../../src/system/schema/document.ts";
import { onboardingErrorPath } from "../../src/system/schema/ops.ts";
import { shardOf } from "../../src/system/schema/shard.ts";
import { memberSchema, tenantSchema } from "../../src/system/schema/tenant.ts";
import {
  accountSchema,
  preferencesSchema,
  secretSchema,
  tradingStatusSchema,
  userSchema,
} from "../../src/system/schema/user.ts";
import type { Clock } from "../../src/std/clock.ts";
import type { StoreUnderTest } from "./store-contract.ts";

const UID = "u1";
const TENANT = "acme";
const USER = { uid: UID, email: "u1@example.com", tenantId: TENANT };
const A_DATE = expect.any(Date) as Date;

/** The seven groups as the document prints them (section 4), and what the schema adds. */
const EXPECTED = [
  {
    group: "tenant",
    path: `tenants/${TENANT}`,
    schema: tenantSchema,
    data: {
      name: `Tenant ${TENANT}`,
      owner_uid: UID,
      plan: "free",
      status: "active",
      created_at: A_DATE,
    },
  },
  {
    group: "membership",
    path: `tenants/${TENANT}/users/${UID}`,
    schema: memberSchema,
    data: { uid: UID, role: "owner", email: USER.email, created_at: A_DATE },
  },
  {
    group: "user",
    path: `users/${UID}`,
    schema: userSchema,
    data: { email: USER.email, tenant_id: TENANT, onboarded: true, created_at: A_DATE },
  },
  {
    group: "secrets",
    path: `users/${UID}/secrets/alpaca`,
    schema: secretSchema,
    data: {
      configured: false,
      base_url: "https://paper-api.alpaca.markets",
      note: "Configure your Alpaca API keys in Settings",
    },
  },
  {
    group: "account",
    path: `users/${UID}/alpacaAccounts/snapshot`,
    schema: accountSchema,
    data: {
      configured: false,
      equity: "0",
      note: "Connect your Alpaca account to see live data",
      updated_at: A_DATE,
    },
  },
  {
    group: "trading",
    path: `users/${UID}/status/trading`,
    schema: tradingStatusSchema,
    data: {
      enabled: false,
      mode: "safe",
      reason: "New user onboarding - enable trading in Settings",
      uid: UID,
      tenant_id: TENANT,
      shard: shardOf(TENANT),
      changed_at: A_DATE,
    },
  },
  {
    group: "preferences",
    path: `users/${UID}/config/preferences`,
    schema: preferencesSchema,
    data: { theme: "dark", risk_tolerance: "moderate", default_allocation: 0.1, max_positions: 5 },
  },
] as const;

const PATHS = EXPECTED.map(({ path }) => path);

/** What provisioning must do on every store. */
export function provisioningContract({
  name,
  clock,
  create,
}: {
  readonly name: string;
  readonly clock: Clock;
  readonly create: () => StoreUnderTest;
}): void {
  describe(`provisioning: ${name}`, () => {
    let tested: StoreUnderTest;
    let world: OnboardingDependencies & { readonly directory: MemoryDirectory };
    beforeEach(() => {
      tested = create();
      const { store } = tested;
      world = { clock, store, directory: new MemoryDirectory(), log: new MemoryLog() };
    });
    afterEach(() => tested.close());

    const provision = (user = USER): ReturnType<typeof provisionUser> =>
      provisionUser(world.clock, world.store, user);

    it.each(EXPECTED)("creates the $group document as printed", async ({ path, schema, data }) => {
      await provision();
      const [snapshot] = await world.store.get([path]);
      expect(snapshot?.data).toEqual(data);
      expect(parseDocument(schema, snapshot!)).toEqual(data);
    });

    it("names what it created, and nothing the second time", async () => {
      const created = EXPECTED.map(({ group }) => group);
      expect(await provision()).toEqual({ kind: "provisioned", created });
      const before = await world.store.get(PATHS);
      expect(await provision()).toEqual({ kind: "provisioned", created: [] });
      expect(await world.store.get(PATHS)).toEqual(before);
    });

    it.each(EXPECTED)(
      "restores a lost $group document and nothing else",
      async ({ group, path }) => {
        await provision();
        const before = await world.store.get(PATHS);
        await world.store.commit([{ kind: "delete", path }]);
        expect(await provision()).toEqual({ kind: "provisioned", created: [group] });
        const after = await world.store.get(PATHS);
        const others = (_: unknown, index: number): boolean => PATHS[index] !== path;
        expect(after.filter(others)).toEqual(before.filter(others));
        expect(after.map((snapshot) => snapshot?.data)).toEqual(EXPECTED.map(({ data }) => data));
      },
    );

    it("leaves what the user has changed since", async () => {
      await provision();
      const preferences = `users/${UID}/config/preferences`;
      const trading = `users/${UID}/status/trading`;
      await world.store.commit([
        { kind: "update", path: preferences, data: { theme: "light" } },
        { kind: "update", path: trading, data: { enabled: true, mode: "paper" } },
        { kind: "delete", path: `users/${UID}/secrets/alpaca` },
      ]);
      await provision();
      const [kept, enabled] = await world.store.get([preferences, trading]);
      expect(kept?.data["theme"]).toBe("light");
      expect(enabled?.data).toMatchObject({ enabled: true, mode: "paper" });
    });

    it("joins an existing tenant as a member and leaves it as it is", async () => {
      await provision();
      await world.store.commit([
        { kind: "update", path: `tenants/${TENANT}`, data: { plan: "enterprise", name: "Acme" } },
      ]);
      await provision({ uid: "u2", email: "u2@example.com", tenantId: TENANT });
      const [tenant, member] = await world.store.get([
        `tenants/${TENANT}`,
        `tenants/${TENANT}/users/u2`,
      ]);
      expect(tenant?.data).toMatchObject({ plan: "enterprise", name: "Acme", owner_uid: UID });
      expect(member?.data["role"]).toBe("member");
    });

    it("ends in one state when deliveries run in parallel", async () => {
      const results = await Promise.all(Array.from({ length: 5 }, () => provision()));
      const created = results.flatMap((result) =>
        result.kind === "provisioned" ? result.created : [],
      );
      expect(created.toSorted()).toEqual(EXPECTED.map(({ group }) => group).toSorted());
      const after = await world.store.get(PATHS);
      expect(after.map((snapshot) => snapshot?.data)).toEqual(EXPECTED.map(({ data }) => data));
    });

    it("gives a tenant one owner when its first users come in parallel", async () => {
      const uids = ["u1", "u2", "u3", "u4"];
      await Promise.all(
        uids.map((uid) => provision({ uid, email: `${uid}@example.com`, tenantId: TENANT })),
      );
      const [tenant] = await world.store.get([`tenants/${TENANT}`]);
      const members = await world.store.get(uids.map((uid) => `tenants/${TENANT}/users/${uid}`));
      const owners = members.filter((member) => member?.data["role"] === "owner");
      expect(owners.map((owner) => owner?.data["uid"])).toEqual([tenant?.data["owner_uid"]]);
    });

    it("does not move a user who belongs to another tenant", async () => {
      await provision();
      const result = await provision({ ...USER, tenantId: "other" });
      expect(result).toMatchObject({ kind: "refused", reason: "other-tenant" });
      expect(await world.store.get(["tenants/other", "tenants/other/users/u1"])).toEqual([
        undefined,
        undefined,
      ]);
    });

    it("records failures, counts them, and clears the entry with the repair", async () => {
      world.directory.add({ uid: UID, tenantId: TENANT });
      const fault = { method: "getUser", error: new Error("directory is down") } as const;
      world.directory.failures.push(fault, fault);
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        await expect(onboardUser(world, UID)).rejects.toThrow("directory is down");
        const [entry] = await world.store.get([onboardingErrorPath(UID)]);
        expect(entry?.data).toMatchObject({ uid: UID, step: "on_user_created", attempts: attempt });
      }
      const summary = await retryOnboarding(world, { limit: 10 });
      expect(summary).toEqual({ tried: 1, repaired: 1, dropped: 0, failed: 0 });
      const [entry, user] = await world.store.get([onboardingErrorPath(UID), `users/${UID}`]);
      expect(entry).toBeUndefined();
      expect(user?.data["tenant_id"]).toBe(TENANT);
    });
  });
}
