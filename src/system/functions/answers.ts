import { HttpsError } from "firebase-functions/v2/https";
import type { Log } from "../log.ts";
import type { TenantDecision } from "../provisioning/assign-tenant.ts";
import { TENANT_CLAIM } from "../provisioning/auth-directory.ts";
import { describeError } from "../provisioning/onboarding-errors.ts";
import type { Caller } from "../provisioning/provision-manually.ts";

/** What Authentication is told before it creates a user. */
export function toSignUpAnswer(decision: TenantDecision): { customClaims: Record<string, string> } {
  if (decision.kind === "assigned") return { customClaims: { [TENANT_CLAIM]: decision.tenantId } };
  const code = decision.reason === "unavailable" ? "unavailable" : "failed-precondition";
  throw new HttpsError(code, decision.message);
}

/** The caller of a callable function, from its verified token. */
export function callerOf(
  auth: { readonly uid: string; readonly token: object } | undefined,
): Caller | undefined {
  if (!auth) return undefined;
  const claim: unknown = (auth.token as Readonly<Record<string, unknown>>)[TENANT_CLAIM];
  return { uid: auth.uid, tenantId: typeof claim === "string" ? claim : undefined };
}

/** The failure goes to the log; the caller learns only that there was one. */
export function failManually(log: Log, error: unknown): never {
  log.error(describeError(error), "Onboarding: provision_user_manually failed.");
  throw new HttpsError("internal", "The user could not be provisioned. Try again in a minute.");
}
