import { z } from "zod";
import { clientOperation } from "../../config/scenario.ts";
import { k6PlanSchema } from "../plan.ts";
import { plannedArrivals } from "./rate-stages.ts";

/*
 * What the scripts in scenarios/k6 open: a provisioned population, and each script's load. Node writes
 * it, checked, and k6 only carries it out.
 */

/** Changes when a file is no longer read as it was. */
export const K6_WORKLOADS_FORMAT = "plimsoll-k6-workloads/1";

/** Each is a script of that name in scenarios/k6; the ramp has a second, compressed load. */
export const workloadName = z.enum([
  "smoke",
  "load",
  "spike",
  "soak",
  "ramp-500-50-5",
  "ramp-500-50-5-compressed",
  "dashboards",
  "ledger-burst",
  "onboarding-rush",
]);
export type WorkloadName = z.infer<typeof workloadName>;

const rateStageSchema = z.strictObject({
  /** Arrivals in a thousand seconds: k6 takes whole numbers only. */
  perThousandSeconds: z.int().min(0).max(100_000_000),
  seconds: z
    .number()
    .positive()
    .max(7 * 86_400),
});

const workloadOperationSchema = z.strictObject({
  name: clientOperation,
  /** Virtual users kept ready: when all are busy, k6 drops what falls due, and the run fails. */
  vus: z.int().min(1).max(10_000),
  stages: z.array(rateStageSchema).min(1).max(100),
});
export type WorkloadOperation = z.infer<typeof workloadOperationSchema>;

const workloadSchema = z.strictObject({
  /** One sentence. */
  summary: z.string().min(1),
  operations: z.array(workloadOperationSchema).min(1),
  /** k6's own, by metric. */
  thresholds: z.record(z.string(), z.array(z.string().min(1))),
});
export type Workload = z.infer<typeof workloadSchema>;

export const k6WorkloadsSchema = z
  .strictObject({
    format: z.literal(K6_WORKLOADS_FORMAT),
    /** Target, users and requests; its list of operations is empty, since arrivals come by rates. */
    plan: k6PlanSchema,
    /** Indexes of users, drawn by how active each is: arrival n is that of `picks[n]`, and round again. */
    picks: z.array(z.int().nonnegative()).min(1),
    /** What executions are recorded, likewise; the user's own values and the trade's ID come on top. */
    executions: z.array(z.record(z.string(), z.string())).min(1),
    workloads: z.partialRecord(workloadName, workloadSchema),
  })
  .refine(({ plan, picks }) => picks.every((user) => user < plan.users.length), {
    message: "a pick points past the users",
  })
  .refine(({ workloads }) => Object.values(workloads).every(isLoad), {
    message: "a workload has an operation that nobody would ever start",
  })
  .refine(
    ({ plan, workloads }) =>
      Object.values(workloads)
        .flatMap(({ operations }) => operations)
        .every(({ name }) =>
          name === "sign-up" ? plan.signUpUrl !== null : plan.requests[name] !== undefined,
        ),
    { message: "an operation has neither a request nor a place to sign up" },
  );
export type K6Workloads = z.infer<typeof k6WorkloadsSchema>;

function isLoad({ operations }: Workload): boolean {
  return operations.every(({ stages }) => plannedArrivals(stages) > 0);
}
