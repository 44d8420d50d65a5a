import type { Scenario } from "../config/scenario.ts";

/** What of a run can be made smaller; everything else (seed, limiter, limits, …) stays as it was. */
export interface RunCase {
  readonly users: number;
  readonly tenants: number;
  /** Users that each simulated one stands for: their number is a multiple of it. */
  readonly cohort: number;
  /** As they run, one phase after another: with their lengths and names. */
  readonly scenarios: readonly Scenario[];
}

/** Tenants of fewer users, at the same number of users each. */
export function tenantsFor(users: number, present: RunCase): number {
  return Math.max(1, Math.min(users, Math.ceil((present.tenants * users) / present.users)));
}

/** "9 users of 4 tenants, 34 s of high-volatility, 2 faults" */
export function describeCase({ users, tenants, cohort, scenarios }: RunCase): string {
  const phases = scenarios.map(({ durationSeconds, name }) => `${durationSeconds} s of ${name}`);
  const faults = scenarios.reduce((total, scenario) => total + scenario.faults.length, 0);
  const parts = [
    `${count(users, "user")} of ${count(tenants, "tenant")}`,
    ...(cohort === 1 ? [] : [`in cohorts of ${cohort}`]),
    ...phases,
    ...(faults === 0 ? [] : [count(faults, "fault")]),
  ];
  return parts.join(", ");
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}
