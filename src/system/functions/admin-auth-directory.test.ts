import type { UserRecord } from "firebase-admin/auth";
import { describe, expect, it } from "vitest";
import { createAdminAuthDirectory } from "./admin-auth-directory.ts";

/** The parts of the SDK's record the directory reads. */
function recordOf(customClaims?: Record<string, unknown>): UserRecord {
  return { uid: "u1", email: "u1@example.com", emailVerified: true, customClaims } as UserRecord;
}

function directoryOf(record: UserRecord, fault?: Error) {
  const claims: unknown[] = [];
  const directory = createAdminAuthDirectory({
    getUser: async () => {
      if (fault) throw fault;
      return record;
    },
    setCustomUserClaims: async (uid, value) => void claims.push([uid, value]),
  });
  return { directory, claims };
}

describe("createAdminAuthDirectory", () => {
  it("reads the tenant from the claims", async () => {
    const { directory } = directoryOf(recordOf({ tenant_id: "acme", other: 1 }));
    expect(await directory.getUser("u1")).toEqual({
      uid: "u1",
      email: "u1@example.com",
      emailVerified: true,
      tenantId: "acme",
    });
  });

  it.each([undefined, {}, { tenant_id: 7 }])("finds no tenant in claims %j", async (claims) => {
    const { directory } = directoryOf(recordOf(claims));
    expect((await directory.getUser("u1"))?.tenantId).toBeUndefined();
  });

  it("knows an unknown user from a failure", async () => {
    const missing = Object.assign(new Error("none"), { code: "auth/user-not-found" });
    expect(await directoryOf(recordOf(), missing).directory.getUser("u1")).toBeUndefined();
    const failed = directoryOf(recordOf(), new Error("down")).directory.getUser("u1");
    await expect(failed).rejects.toThrow("down");
  });

  it("keeps other claims when it sets the tenant", async () => {
    const { directory, claims } = directoryOf(recordOf({ beta: true }));
    await directory.setTenantClaim("u1", "acme");
    expect(claims).toEqual([["u1", { beta: true, tenant_id: "acme" }]]);
  });
});
