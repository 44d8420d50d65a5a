import { UserError } from "../cli/errors.ts";
import type { Scenario } from "../config/scenario.ts";
import { COHORT_MAX, divisors, SIMULATED_USERS_MAX } from "./cohort-sizes.ts";

/**
 * So many visits and writes of simulated users `auto` allows: about two minutes of one core
 * (docs/cohort.md, "Speed"). It is a figure of the load, and none of the machine that runs it.
 */
const WORK_MAX = 1_200_000;

export interface CohortQuestion {
  readonly cohort: number | "auto";
  readonly users: number;
  /** null: each scenario's own. */
  readonly durationMs: number | null;
  readonly scenarios: readonly Scenario[];
}

/**
 * How many alike users each simulated one stands for. `auto` is the fewest that make the run
 * feasible, by what is asked alone. Throws a UserError when there is no such number, or the one given
 * cannot be.
 */
export function chooseCohort(question: CohortQuestion): number {
  const { cohort, scenarios } = question;
  if (cohort === 1) return 1;
  const size = cohort === "auto" ? smallestFeasible(question) : cohort;
  const direct = scenarios.find(({ directWrites }) => directWrites !== null);
  if (size > 1 && direct !== undefined) throw madeByNobody(direct);
  return size;
}

/** Fewer than so many simulated users have tails too rough for an offer (docs/cohort.md). */
const OFFERED_USERS_MIN = 100;

/**
 * What to offer where users are simulated one by one and that is a long run: the fewest together
 * that make it a short one, or as many as leave enough of them. undefined where it is short as it is,
 * or nobody can be taken together.
 */
export function cohortToOffer(question: Omit<CohortQuestion, "cohort">): number | undefined {
  const { users, scenarios } = question;
  if (scenarios.some(({ directWrites }) => directWrites !== null)) return undefined;
  const least = workOf(question) / WORK_MAX;
  const sizes = divisors(users).filter((size) => users / size >= OFFERED_USERS_MIN);
  const size = sizes.find((one) => one >= least) ?? sizes.at(-1);
  return size === 1 ? undefined : size;
}

function smallestFeasible(question: CohortQuestion): number {
  const { users } = question;
  const least = Math.max(users / SIMULATED_USERS_MAX, workOf(question) / WORK_MAX);
  const size = divisors(users).find((one) => one >= least);
  if (size === undefined || size > COHORT_MAX) throw noneFits(least, question);
  return size;
}

/** Visits of users by the pulse and writes that it makes for them, users simulated one by one. */
function workOf({ users, durationMs, scenarios }: Omit<CohortQuestion, "cohort">): number {
  return scenarios.reduce((total, { pulse, durationSeconds }) => {
    if (pulse === null) return total;
    const seconds = durationMs === null ? durationSeconds : durationMs / 1000;
    return total + (users * (1 + pulse.openTradesPerUser) * seconds) / pulse.periodSeconds;
  }, 0);
}

function noneFits(least: number, { users }: CohortQuestion): UserError {
  return new UserError(
    "E_COHORT",
    `--cohort: auto needs a size from ${Math.ceil(least)} to ${COHORT_MAX}, and none divides ${users} users evenly.`,
    "Round the number of users, run less time, or give a size. docs/cohort.md explains. Nothing was run.",
  );
}

function madeByNobody({ name }: Scenario): UserError {
  return new UserError(
    "E_COHORT",
    `--cohort: the scenario ${name} makes direct writes, which no users make that could be taken together.`,
    "Run it with --cohort 1. Nothing was run.",
  );
}
