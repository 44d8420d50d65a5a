import { parseDocument } from "../schema/document.ts";
import { onboardingErrorsToRetry } from "../queries/ops-queries.ts";
import { onboardingErrorPath, onboardingErrorSchema } from "../schema/ops.ts";
import type { Snapshot } from "../store/store.ts";
import { onboardUser, type OnboardingDependencies } from "./onboard-user.ts";
import { describeError } from "./onboarding-errors.ts";

/** After this many failures an entry is left for a human. */
const ATTEMPTS_MAX = 10;

export interface RetrySummary {
  readonly tried: number;
  readonly repaired: number;
  /** Entries of users who exist no longer, removed. */
  readonly dropped: number;
  readonly failed: number;
}

/**
 * Tries the recorded failures again, those with the fewest attempts first, one after the other:
 * a repair run must not add load to a database that is failing. An entry goes away with the
 * commit that succeeds, and counts one attempt more when it fails again.
 */
export async function retryOnboarding(
  dependencies: OnboardingDependencies,
  options: { readonly limit: number },
): Promise<RetrySummary> {
  const { store, log } = dependencies;
  const entries = await store.query(onboardingErrorsToRetry(ATTEMPTS_MAX, options));
  const outcomes: ("repaired" | "dropped" | "failed")[] = [];
  for (const entry of entries) outcomes.push(await retryOne(dependencies, entry));
  const count = (outcome: (typeof outcomes)[number]): number =>
    outcomes.filter((one) => one === outcome).length;
  const summary = {
    tried: entries.length,
    repaired: count("repaired"),
    dropped: count("dropped"),
    failed: count("failed"),
  };
  if (summary.tried > 0) log.info({ ...summary }, "Onboarding: recorded failures tried again.");
  return summary;
}

async function retryOne(
  dependencies: OnboardingDependencies,
  entry: Snapshot,
): Promise<"repaired" | "dropped" | "failed"> {
  const { store, log } = dependencies;
  try {
    const { uid, step, tenant_id: tenantId } = parseDocument(onboardingErrorSchema, entry);
    const occasion = tenantId === null ? { step } : { step, chosenTenantId: tenantId };
    const result = await onboardUser(dependencies, uid, occasion);
    if (result.kind === "provisioned") return "repaired";
    if (result.kind === "refused") return "failed";
    await store.commit([{ kind: "delete", path: onboardingErrorPath(uid) }]);
    return "dropped";
  } catch (error) {
    // onboardUser has recorded its failure; a broken entry or a failed delete is logged here.
    log.error({ path: entry.path, ...describeError(error) }, "Onboarding: an entry failed again.");
    return "failed";
  }
}
