import type { Clock } from "../../std/clock.ts";
import type { Log } from "../log.ts";
import type { OnboardingError } from "../schema/ops.ts";
import type { Store } from "../store/store.ts";
import { decideTenant } from "./assign-tenant.ts";
import type { AuthDirectory } from "./auth-directory.ts";
import { describeError, recordFailure } from "./onboarding-errors.ts";
import { provisionUser, type ProvisionResult } from "./provision-user.ts";

export interface OnboardingDependencies {
  readonly clock: Clock;
  readonly store: Store;
  readonly directory: AuthDirectory;
  readonly log: Log;
}

export type OnboardResult =
  | (Extract<ProvisionResult, { kind: "provisioned" }> & { readonly tenantId: string })
  /** Recorded in ops/onboarding_errors; another delivery would be refused as well. */
  | Extract<ProvisionResult, { kind: "refused" }>
  /** The user was deleted in the meantime. */
  | { readonly kind: "gone" };

/** Why a user is onboarded. */
export interface Occasion {
  readonly step: OnboardingError["step"];
  /** The tenant an earlier attempt had chosen, when it failed. */
  readonly chosenTenantId?: string;
}

/**
 * What on_user_created does, after a user was created and as often as the event is delivered.
 * The event does not show what the blocking function changed, so the claim is read from the
 * directory; users made by an import or the Admin SDK never met the blocking function and get
 * their claim here. A failure is recorded and thrown, so that the event is delivered again.
 */
export async function onboardUser(
  dependencies: OnboardingDependencies,
  uid: string,
  occasion: Occasion = { step: "on_user_created" },
): Promise<OnboardResult> {
  const { clock, store, log } = dependencies;
  const progress: Progress = { email: undefined, tenantId: occasion.chosenTenantId ?? null };
  const record = (fault: { code: string; message: string }): Promise<void> =>
    recordFailure(clock, store, log, { uid, step: occasion.step, ...progress, ...fault });
  try {
    const result = await onboard(dependencies, uid, progress);
    if (result.kind === "refused") await record({ code: result.reason, message: result.message });
    return result;
  } catch (error) {
    await record(describeError(error));
    throw error;
  }
}

/** What is known so far, for the record of a failure. */
interface Progress {
  email: string | undefined;
  tenantId: string | null;
}

/** The claim comes last: one that contradicts the documents would lock the user out. */
async function onboard(
  { clock, store, directory, log }: OnboardingDependencies,
  uid: string,
  progress: Progress,
): Promise<OnboardResult> {
  const user = await directory.getUser(uid);
  if (user === undefined) return { kind: "gone" };
  progress.email = user.email;
  progress.tenantId = user.tenantId ?? progress.tenantId;
  if (progress.tenantId === null) {
    const decision = await decideTenant(clock, store, user);
    if (decision.kind === "refused") return decision;
    progress.tenantId = decision.tenantId;
  }
  const { tenantId } = progress;
  const result = await provisionUser(clock, store, { uid, email: user.email ?? "", tenantId });
  if (result.kind === "refused") return result;
  if (user.tenantId === undefined) await directory.setTenantClaim(uid, tenantId);
  log.info({ uid, tenant_id: tenantId, created: result.created }, "Onboarding: user provisioned.");
  return { ...result, tenantId };
}
