import { z } from "zod";
import { clientOperation } from "../config/scenario.ts";

/*
 * What k6 is to do, as data: Node writes it, checked, and k6 only carries it out. zod costs k6
 * megabytes for each virtual user, so nothing is checked a second time there.
 */

/** Changes when a plan is no longer read as it was. */
export const K6_PLAN_FORMAT = "plimsoll-k6-plan/1";

/** Text with `~name~` where a value of the arrival goes; see fill-template.ts. */
const template = z.string().min(1);

/** A request of one kind of operation: what it is differs from arrival to arrival by values only. */
const requestSchema = z.strictObject({
  method: z.enum(["query", "get", "create"]),
  /** Where it looks, for error messages: "users/~uid~/…". */
  path: template,
  /** Path of the URL; its values are percent-encoded. */
  url: template,
  /** JSON; its values are escaped as JSON strings. */
  body: template,
  /** The value `since` is the moment so long before the request is sent; null: it asks for none. */
  sinceMs: z.int().positive().nullable(),
});

const userSchema = z.strictObject({
  uid: z.string().min(1),
  email: z.string().min(1),
  tenantId: z.string().min(1),
  strategyIds: z.array(z.string().min(1)),
  /** An ID token; null: k6 makes an unsigned one for each request, which emulators take. */
  token: z.string().min(1).nullable(),
});
export type K6User = z.infer<typeof userSchema>;

/** Values by the names that templates use. */
const values = z.record(z.string(), z.string());

/** Offset from the start in milliseconds; index of the user; what else its request needs. */
const arrivalSchema = z.union([
  z.tuple([z.number().nonnegative(), z.int().nonnegative()]),
  z.tuple([z.number().nonnegative(), z.int().nonnegative(), values]),
]);

const operationSchema = z.strictObject({
  name: clientOperation,
  /** Virtual users that carry it out: so many can be under way at a time. */
  vus: z.int().min(1).max(10_000),
  /** In order. */
  arrivals: z.array(arrivalSchema),
});
export type K6Operation = z.infer<typeof operationSchema>;

/** How the moment is found that offsets count from. */
const startSchema = z.discriminatedUnion("kind", [
  /** k6 asks this address, which answers `{startWallMs}` when all are ready and the phase begins. */
  z.strictObject({ kind: z.literal("harness"), url: z.url() }),
  /** So long after k6's own setup. */
  z.strictObject({ kind: z.literal("lead"), leadMs: z.int().min(0).max(600_000) }),
]);

export const k6PlanSchema = z
  .strictObject({
    format: z.literal(K6_PLAN_FORMAT),
    scenario: z.string().min(1),
    target: z.strictObject({
      /** "http://127.0.0.1:8080", without a slash at the end. */
      baseUrl: z.url().regex(/[^/]$/, "expected no slash at the end"),
      projectId: z.string().min(1),
      /** `loopback`: k6 can reach this machine and nothing else; `anywhere` is for staging. */
      reach: z.enum(["loopback", "anywhere"]),
    }),
    start: startSchema,
    durationMs: z.number().positive(),
    /** After the duration, so long is waited for what is under way; then it is given up. */
    drainMs: z.number().nonnegative(),
    /** From sending a request to its answer; then it counts as DEADLINE_EXCEEDED. */
    requestTimeoutMs: z.number().positive(),
    /** Where sign-ups are posted to, as `{n}`; null when there are none. */
    signUpUrl: z.url().nullable(),
    /** Seeds the jitter of retries. */
    seed: z.int().nonnegative(),
    users: z.array(userSchema),
    requests: z.partialRecord(clientOperation, requestSchema),
    operations: z.array(operationSchema),
    /** k6's own, by metric: they fail a run that is started by hand. */
    thresholds: z.record(z.string(), z.array(z.string().min(1))),
  })
  .refine(hasNeeded, { message: "an operation has neither a request nor a place to sign up" })
  .refine(pointsAtUsers, { message: "an arrival points past the users" });
export type K6Plan = z.infer<typeof k6PlanSchema>;

function hasNeeded(plan: {
  readonly operations: readonly K6Operation[];
  readonly requests: Readonly<Record<string, unknown>>;
  readonly signUpUrl: string | null;
}): boolean {
  return plan.operations.every(({ name }) =>
    name === "sign-up" ? plan.signUpUrl !== null : plan.requests[name] !== undefined,
  );
}

function pointsAtUsers(plan: {
  readonly operations: readonly K6Operation[];
  readonly users: readonly K6User[];
}): boolean {
  const { length } = plan.users;
  return plan.operations.every(({ arrivals }) => arrivals.every(([, user]) => user < length));
}
