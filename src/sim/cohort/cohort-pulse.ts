import type { PulseConfig } from "../../system/pulse/config.ts";
import type { Scenario } from "../config/scenario.ts";

/**
 * Fewer at a time than this would wait for each other by chance where as many users as they stand
 * for never do: two of them already when a third comes. At the default of 256 commits it matters to
 * cohorts of more than 32, which so may have more in flight than their users would.
 */
const IN_FLIGHT_MIN = 8;

/**
 * The pulse's bounds on users and commits at a time, for users of whom each stands for `cohort`: so
 * many fewer. With their pages smaller, too, what is written to one place within a moment stays what
 * it is.
 */
export function cohortPulse(config: PulseConfig, cohort: number): PulseConfig {
  if (cohort === 1) return config;
  return {
    ...config,
    pageUsers: cohortPart(config.pageUsers, cohort),
    snapshotCacheUsers: cohortPart(config.snapshotCacheUsers, cohort),
    maxUsersInFlight: Math.max(IN_FLIGHT_MIN, cohortPart(config.maxUsersInFlight, cohort)),
    maxCommitsInFlight: Math.max(IN_FLIGHT_MIN, cohortPart(config.maxCommitsInFlight, cohort)),
  };
}

/** A whole number of at least 1. */
export function cohortPart(count: number, cohort: number): number {
  return Math.max(1, Math.round(count / cohort));
}

/** The scenario with its bound on all clients together for so many fewer of them. */
export function cohortScenario(scenario: Scenario, cohort: number): Scenario {
  const { clients } = scenario;
  if (clients === null || clients.atMostPerSecond === null || cohort === 1) return scenario;
  return {
    ...scenario,
    clients: { ...clients, atMostPerSecond: clients.atMostPerSecond / cohort },
  };
}
