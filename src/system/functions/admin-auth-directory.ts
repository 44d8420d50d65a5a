import type { Auth, UserRecord } from "firebase-admin/auth";
import {
  TENANT_CLAIM,
  type AuthDirectory,
  type DirectoryUser,
} from "../provisioning/auth-directory.ts";

type AuthCalls = Pick<Auth, "getUser" | "setCustomUserClaims">;

/** Firebase Authentication through the Admin SDK. */
export function createAdminAuthDirectory(auth: AuthCalls): AuthDirectory {
  return {
    getUser: async (uid) => {
      const record = await findUser(auth, uid);
      return record && toDirectoryUser(record);
    },
    // The SDK only replaces all claims. Nothing else in the service sets any, so a read before
    // the write is enough to keep those an operator has added.
    setTenantClaim: async (uid, tenantId) => {
      const { customClaims } = await auth.getUser(uid);
      await auth.setCustomUserClaims(uid, { ...customClaims, [TENANT_CLAIM]: tenantId });
    },
  };
}

async function findUser(auth: AuthCalls, uid: string): Promise<UserRecord | undefined> {
  try {
    return await auth.getUser(uid);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "auth/user-not-found") return undefined;
    throw error;
  }
}

function toDirectoryUser({ uid, email, emailVerified, customClaims }: UserRecord): DirectoryUser {
  const claim: unknown = customClaims?.[TENANT_CLAIM];
  return { uid, email, emailVerified, tenantId: typeof claim === "string" ? claim : undefined };
}
