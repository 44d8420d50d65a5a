import { onboardingErrorPath, type OnboardingError } from "../schema/ops.ts";
import type { Log } from "../log.ts";
import { StoreError, type Store } from "../store/store.ts";
import type { Clock } from "../../std/clock.ts";
import { withDeadline } from "./with-deadline.ts";

/** What failed, for whom: all that a retry needs. */
export interface OnboardingFailure {
  readonly uid: string;
  readonly email: string | undefined;
  /** Null when the failure came before the tenant was known. */
  readonly tenantId: string | null;
  readonly step: OnboardingError["step"];
  readonly code: string;
  readonly message: string;
}

const MESSAGE_LENGTH_MAX = 1000;
const RECORD_DEADLINE_MS = 1500;

/** Describes a caught error as a failure's code and message. */
export function describeError(error: unknown): { code: string; message: string } {
  if (error instanceof StoreError) return { code: error.code, message: error.message };
  if (error instanceof Error) return { code: error.name, message: error.message };
  return { code: "unknown", message: String(error) };
}

/**
 * Writes the failure to ops/onboarding_errors, counting attempts. It never throws: when the record
 * cannot be written, both failures go to the log, and the caller goes on with the first.
 */
export async function recordFailure(
  clock: Clock,
  store: Store,
  log: Log,
  failure: OnboardingFailure,
): Promise<void> {
  const fields = { uid: failure.uid, step: failure.step, code: failure.code };
  log.error(fields, `Onboarding: ${failure.message}`);
  try {
    await withDeadline(
      clock,
      RECORD_DEADLINE_MS,
      "recording the failure",
      write(store, clock, failure),
    );
  } catch (error) {
    const { code, message } = describeError(error);
    log.error(
      { ...fields, record_code: code },
      `Onboarding: the failure is not recorded: ${message}`,
    );
  }
}

/** A first failure is one blind create; only a repeated one needs a second round trip. */
async function write(store: Store, clock: Clock, failure: OnboardingFailure): Promise<void> {
  const now = new Date(clock.wallMs());
  const path = onboardingErrorPath(failure.uid);
  const latest = {
    email: failure.email ?? "",
    tenant_id: failure.tenantId,
    step: failure.step,
    code: failure.code,
    message: failure.message.slice(0, MESSAGE_LENGTH_MAX),
    last_failed_at: now,
  };
  const first = { uid: failure.uid, ...latest, attempts: 1, first_failed_at: now };
  try {
    await store.commit([{ kind: "create", path, data: first satisfies OnboardingError }]);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "ALREADY_EXISTS") throw error;
    const transforms = { attempts: { kind: "increment", by: 1 } } as const;
    await store.commit([{ kind: "update", path, data: latest, transforms }]);
  }
}
