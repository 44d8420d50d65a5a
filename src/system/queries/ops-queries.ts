import {
  BATCH_PERFORMANCE,
  ONBOARDING_ERRORS,
  USER_WRITE_RATES,
  WORKER_WRITE_RATES,
  type OnboardingError,
} from "../schema/ops.ts";
import { STATUS, type TradingStatus } from "../schema/user.ts";
import type { Query } from "../store/store.ts";
import { equals, newestFirst, type PageOptions, since, type SinceOptions } from "./clauses.ts";

/** Failures of one step of the onboarding since a moment, the latest first. */
export function onboardingErrorsByStep(
  step: OnboardingError["step"],
  options: SinceOptions,
): Query {
  return {
    from: { kind: "collection", path: ONBOARDING_ERRORS },
    where: [equals("step", step), since("last_failed_at", options.since)],
    orderBy: newestFirst("last_failed_at"),
    limit: options.limit,
  };
}

/** Failures with which the onboarding of one tenant's users ended, the latest first. */
export function onboardingErrorsOfTenant(tenantId: string, { limit }: PageOptions): Query {
  return {
    from: { kind: "collection", path: ONBOARDING_ERRORS },
    where: [equals("tenant_id", tenantId)],
    orderBy: newestFirst("last_failed_at"),
    limit,
  };
}

/** Failures that were tried fewer than so many times, the least tried first. */
export function onboardingErrorsToRetry(attemptsBelow: number, { limit }: PageOptions): Query {
  return {
    from: { kind: "collection", path: ONBOARDING_ERRORS },
    where: [{ field: "attempts", operator: "<", value: attemptsBelow }],
    orderBy: [{ field: "attempts", direction: "asc" }],
    limit,
  };
}

/** The write rates of the workers heard of since a moment; their sum is the service's. */
export function workerWriteRates(moment: Date): Query {
  return {
    from: { kind: "collection", path: WORKER_WRITE_RATES },
    where: [since("last_updated", moment)],
    orderBy: newestFirst("last_updated"),
  };
}

/** The batch counters of the workers heard of since a moment. */
export function batchPerformance(moment: Date): Query {
  return {
    from: { kind: "collection", path: BATCH_PERFORMANCE },
    where: [since("last_updated", moment)],
    orderBy: newestFirst("last_updated"),
  };
}

/** The users whom the service writes for most. */
export function busiestUsers({ limit }: PageOptions): Query {
  return {
    from: { kind: "collection", path: USER_WRITE_RATES },
    orderBy: [{ field: "writes_per_minute", direction: "desc" }],
    limit,
  };
}

/** The users whose trading is in one mode, such as all who are halted. */
export function usersInMode(mode: TradingStatus["mode"], { limit }: PageOptions): Query {
  return {
    from: { kind: "collection-group", name: STATUS },
    where: [equals("mode", mode)],
    orderBy: [{ field: "__name__", direction: "asc" }],
    limit,
  };
}
