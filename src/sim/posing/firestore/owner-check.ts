import { TENANT_CLAIM } from "../../../system/provisioning/auth-directory.ts";
import { tenantPath } from "../../../system/schema/tenant.ts";
import { userPath } from "../../../system/schema/user.ts";
import type { Caller } from "../access/caller.ts";

/**
 * What stands in for security rules before the embedded engine, which evaluates none: a user gets at
 * their own documents and at those of the tenant in their token, and at nothing else. Which fields
 * they may write, and roles in a tenant, are not looked at; only the official emulator does that.
 */
export function isOwners(
  { uid, claims }: Extract<Caller, { kind: "user" }>,
  paths: readonly string[],
): boolean {
  const tenantId = claims[TENANT_CLAIM];
  const roots = [userPath(uid)];
  if (typeof tenantId === "string" && tenantId !== "") roots.push(tenantPath(tenantId));
  return paths.every((path) => roots.some((root) => path === root || path.startsWith(`${root}/`)));
}
