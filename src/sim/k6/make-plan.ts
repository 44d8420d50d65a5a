import type { ClientOperation } from "../config/scenario.ts";
import type { ClientArrival } from "../drivers/client-arrivals.ts";
import { DEFAULT_DRAIN_TIMEOUT_MS } from "../drivers/client-lane.ts";
import type { SyntheticUser } from "../population/population.ts";
import { K6_PLAN_FORMAT, k6PlanSchema, type K6Plan } from "./plan.ts";
import { planRequests, valuesOf } from "./plan-requests.ts";

export interface PlanSource {
  readonly scenario: string;
  readonly target: K6Plan["target"];
  readonly start: K6Plan["start"];
  readonly durationMs: number;
  readonly requestTimeoutMs: number;
  readonly arrivals: ReadonlyMap<ClientOperation, readonly ClientArrival[]>;
  readonly signUpUrl: string | null;
  readonly seed: number;
  /** k6 processes that share the plan. */
  readonly instances: number;
  /** ID tokens of all users, by uid; undefined: k6 makes unsigned ones. */
  readonly tokens?: ReadonlyMap<string, string> | undefined;
}

/** The client traffic of a phase for k6: what the Node driver would send, user by user. */
export function makePlan(source: PlanSource): K6Plan {
  const { arrivals, target, instances } = source;
  const users = new Map<SyntheticUser, number>();
  const operations = [...arrivals].map(([name, ofKind]) => ({
    name,
    vus: virtualUsers(ofKind, instances),
    arrivals: ofKind.map(({ offsetMs, user, content }) => {
      const index = users.get(user) ?? users.size;
      users.set(user, index);
      const values = valuesOf(content);
      return values === undefined ? [offsetMs, index] : [offsetMs, index, values];
    }),
  }));
  return k6PlanSchema.parse({
    format: K6_PLAN_FORMAT,
    scenario: source.scenario,
    target,
    start: source.start,
    durationMs: source.durationMs,
    drainMs: DEFAULT_DRAIN_TIMEOUT_MS,
    requestTimeoutMs: source.requestTimeoutMs,
    signUpUrl: source.signUpUrl,
    seed: source.seed,
    users: [...users.keys()].map(({ uid, email, tenantId, strategyIds }) => {
      return { uid, email, tenantId, strategyIds, token: source.tokens?.get(uid) ?? null };
    }),
    requests: planRequests(target.projectId, arrivals.keys()),
    operations,
    thresholds: { dropped_iterations: ["count<1"] },
  });
}

/**
 * Enough for the fullest second when every answer takes one and a half: the worst stall that is
 * planned for. Each of them takes k6 most of a MiB.
 */
const SECOND_MS = 1000;
const STALL_SECONDS = 1.5;
/** Room for a few slow answers where arrivals are rare. */
const VUS_MIN = 4;
/** As many as the Node driver lets be under way at a time. */
const VUS_MAX = 1000;

/** Every process needs at least one of them, or its share of the arrivals would find nobody. */
function virtualUsers(arrivals: readonly ClientArrival[], instances: number): number {
  const counts = new Map<number, number>();
  let fullest = 0;
  for (const { offsetMs } of arrivals) {
    const second = Math.floor(offsetMs / SECOND_MS);
    const count = (counts.get(second) ?? 0) + 1;
    counts.set(second, count);
    fullest = Math.max(fullest, count);
  }
  return Math.max(
    instances,
    Math.min(VUS_MAX, Math.max(VUS_MIN, Math.ceil(fullest * STALL_SECONDS))),
  );
}
