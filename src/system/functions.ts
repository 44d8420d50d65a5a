import { defineSecret, defineString } from "firebase-functions/params";
import { HttpsError, onCall } from "firebase-functions/v2/https";
import { beforeUserCreated, onUserCreated } from "firebase-functions/v2/identity";
import { onSchedule } from "firebase-functions/v2/scheduler";
import { onTaskDispatched } from "firebase-functions/v2/tasks";
import { callerOf, failManually, toSignUpAnswer } from "./functions/answers.ts";
import { PULSE_TIMEOUT_SECONDS } from "./functions/pulse-deadline.ts";
import { servicesOf, type Services } from "./functions/services.ts";
import { assignTenant } from "./provisioning/assign-tenant.ts";
import { onboardUser } from "./provisioning/onboard-user.ts";
import { provisionManually } from "./provisioning/provision-manually.ts";
import { retryOnboarding } from "./provisioning/retry-onboarding.ts";

/*
 * The deployed functions, under the names of the service's document. Each is a thin shell: it
 * translates between the platform and a plain function of src/system.
 */

/** Put it where the database is: every commit crosses this distance twice. */
const region = defineString("SERVICE_REGION", { default: "us-central1" });
const alpacaKeyId = defineSecret("ALPACA_KEY_ID");
const alpacaSecret = defineSecret("ALPACA_SECRET_KEY");

const services = (): Services => servicesOf(() => region.value());

/** Entries of ops/onboarding_errors that one run of retry_onboarding tries. */
const RETRY_LIMIT = 100;

/** Before a user is created. Authentication waits 7 s and no longer, so one instance stays warm. */
export const on_user_signup = beforeUserCreated(
  { region, timeoutSeconds: 7, memory: "512MiB", minInstances: 1, concurrency: 80 },
  async ({ data }) => {
    if (!data) throw new HttpsError("invalid-argument", "There is no user in the event.");
    const { clock, store, log } = services();
    const { uid, email, emailVerified } = data;
    return toSignUpAnswer(await assignTenant(clock, store, log, { uid, email, emailVerified }));
  },
);

/**
 * After a user was created. This is an event and not a blocking function, so the sign-up does not
 * wait for it, and it is delivered again when it throws.
 */
export const on_user_created = onUserCreated(
  { region, retry: true, timeoutSeconds: 60, memory: "512MiB", concurrency: 80 },
  async ({ data }) => {
    await onboardUser(services(), data.uid);
  },
);

export const provision_user_manually = onCall(
  { region, timeoutSeconds: 60, memory: "512MiB", concurrency: 80 },
  async ({ auth, data }) => {
    const dependencies = services();
    const result = await provisionManually(dependencies, callerOf(auth), data).catch(
      (error: unknown) => failManually(dependencies.log, error),
    );
    if (result.kind === "refused") throw new HttpsError(result.code, result.message);
    return { tenant_id: result.tenantId, created: result.created };
  },
);

/** Tries recorded onboarding failures again. */
export const retry_onboarding = onSchedule(
  { schedule: "*/5 * * * *", region, timeoutSeconds: 240, memory: "512MiB", maxInstances: 1 },
  async () => {
    await retryOnboarding(services(), { limit: RETRY_LIMIT });
  },
);

/** One sweep a minute. A start that fails is not repeated: the next one is a minute away. */
export const pulse = onSchedule(
  {
    schedule: "* * * * *",
    region,
    retryCount: 0,
    timeoutSeconds: PULSE_TIMEOUT_SECONDS,
    memory: "1GiB",
    secrets: [alpacaKeyId, alpacaSecret],
  },
  async ({ scheduleTime }) => {
    await services().pulse.start(Date.parse(scheduleTime));
  },
);

/** One shard group's part of a sweep, when the pulse is spread over several workers. */
export const pulse_shard = onTaskDispatched(
  {
    region,
    timeoutSeconds: PULSE_TIMEOUT_SECONDS,
    memory: "1GiB",
    concurrency: 1,
    retryConfig: { maxAttempts: 1 },
    rateLimits: { maxConcurrentDispatches: 64 },
    secrets: [alpacaKeyId, alpacaSecret],
  },
  async ({ data }) => {
    await services().pulse.startShard(data);
  },
);
