import type { AttemptWeight } from "../../firestore/admission/admission.ts";
import { pulseConfigSchema } from "../../system/pulse/config.ts";
import { BATCH_PERFORMANCE, sweepLeasePath, WORKER_WRITE_RATES } from "../../system/schema/ops.ts";
import { SHADOW_TRADES } from "../../system/schema/user.ts";
import { cohortPulse } from "./cohort-pulse.ts";

/** Where the pulse's workers keep their own documents: there are no more of them for more users. */
const OF_WORKERS = [
  `${WORKER_WRITE_RATES}/`,
  `${BATCH_PERFORMANCE}/`,
  sweepLeasePath("any").slice(0, -"any".length),
];

/** Whether the document is one that a worker of the pulse keeps for itself. */
export function isOfWorker(path: string): boolean {
  return OF_WORKERS.some((prefix) => path.startsWith(prefix));
}

/**
 * What a write counts as while each simulated user's counts as one: the workers' own are so much
 * less. undefined: every write counts as one.
 */
export function cohortCount(cohort: number): ((path: string) => number) | undefined {
  if (cohort === 1) return undefined;
  return (path) => (isOfWorker(path) ? 1 / cohort : 1);
}

/** What the requests of a simulation stand for in which each user stands for `cohort`. */
export function cohortWeight(cohort: number): AttemptWeight {
  const { pageUsers } = pulseConfigSchema.parse({});
  const pageWeight =
    (cohortPulse(pulseConfigSchema.parse({}), cohort).pageUsers * cohort) / pageUsers;
  return {
    usual: cohort,
    ofDocument: (path) => (isOfWorker(path) ? 1 : cohort),
    // A page of the pulse's is one query, and its pages are smaller by as much as its users are fewer.
    ofQuery: ({ collectionId, allDescendants }) =>
      collectionId === SHADOW_TRADES && allDescendants ? pageWeight : cohort,
  };
}
