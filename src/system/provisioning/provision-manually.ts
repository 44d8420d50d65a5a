import { z } from "zod";
import { documentId, parseDocument } from "../schema/document.ts";
import { memberPath, memberSchema } from "../schema/tenant.ts";
import type { Store } from "../store/store.ts";
import { ownTenantId } from "./assign-tenant.ts";
import type { DirectoryUser } from "./auth-directory.ts";
import type { OnboardingDependencies } from "./onboard-user.ts";
import { describeError, recordFailure } from "./onboarding-errors.ts";
import { provisionUser } from "./provision-user.ts";
import type { SeedGroup } from "./seed-documents.ts";

/** Who calls, as the verified token says. */
export interface Caller {
  readonly uid: string;
  readonly tenantId: string | undefined;
}

export type ManualResult =
  | {
      readonly kind: "provisioned";
      readonly tenantId: string;
      readonly created: readonly SeedGroup[];
    }
  | {
      readonly kind: "refused";
      readonly code:
        | "unauthenticated"
        | "invalid-argument"
        | "permission-denied"
        | "not-found"
        | "failed-precondition";
      readonly message: string;
    };

const inputSchema = z.strictObject({ user_id: documentId, tenant_id: documentId.optional() });

/**
 * What provision_user_manually does: brings an existing user into a tenant, the caller's when the
 * input names none. The caller must administer that tenant by its membership document, as a token
 * outlives a dismissal; users may also repair the tenant that is theirs alone. A user of another
 * tenant is never moved. Nobody learns of users who are not theirs to see: rights come first.
 */
export async function provisionManually(
  dependencies: OnboardingDependencies,
  caller: Caller | undefined,
  input: unknown,
): Promise<ManualResult> {
  if (!caller) return refuse("unauthenticated", "Sign in first.");
  const parsed = inputSchema.safeParse(input);
  if (!parsed.success) return refuse("invalid-argument", describeInput(parsed.error));
  const { user_id: uid, tenant_id: asked } = parsed.data;
  const tenantId = asked ?? caller.tenantId;
  if (tenantId === undefined) {
    return refuse("failed-precondition", "You belong to no tenant. Name one in tenant_id.");
  }
  if (!(await mayProvision(dependencies.store, caller, uid, tenantId))) {
    return refuse("permission-denied", `Only an admin of tenant ${tenantId} may do this.`);
  }
  return provision(dependencies, uid, tenantId);
}

async function mayProvision(
  store: Store,
  caller: Caller,
  uid: string,
  tenantId: string,
): Promise<boolean> {
  if (caller.uid === uid && tenantId === ownTenantId(uid)) return true;
  const [snapshot] = await store.get([memberPath(tenantId, caller.uid)]);
  if (!snapshot) return false;
  const { role } = parseDocument(memberSchema, snapshot);
  return role === "admin" || role === "owner";
}

async function provision(
  { clock, store, directory, log }: OnboardingDependencies,
  uid: string,
  tenantId: string,
): Promise<ManualResult> {
  let user: DirectoryUser | undefined;
  try {
    user = await directory.getUser(uid);
    if (!user) return refuse("not-found", `There is no user ${uid}.`);
    if (user.tenantId !== undefined && user.tenantId !== tenantId) {
      return refuse("failed-precondition", `User ${uid} already belongs to another tenant.`);
    }
    const email = user.email ?? "";
    const result = await provisionUser(clock, store, { uid, email, tenantId });
    if (result.kind === "refused") return refuse("failed-precondition", refusalText(uid, result));
    if (user.tenantId === undefined) await directory.setTenantClaim(uid, tenantId);
    return { kind: "provisioned", tenantId, created: result.created };
  } catch (error) {
    const failure = { uid, email: user?.email, tenantId, step: "provision_user_manually" } as const;
    await recordFailure(clock, store, log, { ...failure, ...describeError(error) });
    throw error;
  }
}

/** Does not name the other tenant, which is not the caller's to know. */
function refusalText(
  uid: string,
  result: { readonly reason: "invalid-user" | "other-tenant"; readonly message: string },
): string {
  if (result.reason === "invalid-user") return result.message;
  return `User ${uid} already belongs to another tenant.`;
}

function describeInput(error: z.ZodError): string {
  const faults = error.issues.map(
    ({ path, message }) => `${path.join(".") || "input"}: ${message}`,
  );
  return `Expected {"user_id": "...", "tenant_id": "..."}: ${faults.join("; ")}`;
}

function refuse(
  code: Extract<ManualResult, { kind: "refused" }>["code"],
  message: string,
): ManualResult {
  return { kind: "refused", code, message };
}
