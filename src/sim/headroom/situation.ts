import type { z } from "zod";
import type { limiterConfigSchema } from "../../system/limiter/config.ts";
import type { LimiterStrategy } from "../../system/limiter/create-limiter.ts";
import type { RawOptions } from "../config/resolve-options.ts";
import type { Scenario } from "../config/scenario.ts";
import type { TrialSpec } from "../trial/trial-spec.ts";

/** What headroom varies. */
export const VARIED = ["users", "tenants", "trades", "writes"] as const;
export type Varied = (typeof VARIED)[number];

/** A service under a load whose size is open: what a trial needs beside its load and seed. */
export interface Situation {
  readonly varied: Varied;
  /** Of a run, those that the situation does not say itself: latency, market. */
  readonly options: RawOptions;
  readonly limiter: LimiterStrategy;
  readonly scenario: Scenario;
  readonly limiterConfig: z.input<typeof limiterConfigSchema>;
  /** The text of an index file. */
  readonly indexes: string;
  /** How many users there are where they are not what varies; null: as many as the load brings. */
  readonly users: number | null;
  /** Fixed by the operator; null: as many to a user as a run has by default. */
  readonly tenants: number | null;
}

/** Users to a tenant, where tenants vary and nobody fixed the users: a run's own proportion. */
const USERS_PER_TENANT = 2.5;

interface VariedFacts {
  /** "1,200 users". */
  readonly noun: string;
  /** Bounds of the load that a trial takes. */
  readonly min: number;
  readonly max: number;
  /** Where a search begins and ends, unless the operator says. */
  readonly from: number;
  readonly to: number;
  /** What a scenario must have for it to change anything. */
  readonly needs: string;
  readonly applies: (scenario: Scenario) => boolean;
}

const hasPeople = ({ pulse, clients }: Scenario): boolean => pulse !== null || clients !== null;

/**
 * The most are a run's own bounds (run-options.ts, scenario.ts). Searches end below them, since a
 * service that nothing binds would be asked about more users than are worth the time.
 */
export const VARIED_FACTS: Readonly<Record<Varied, VariedFacts>> = {
  users: {
    noun: "users",
    min: 1,
    max: 100_000,
    from: 10,
    to: 20_000,
    needs: "a pulse or clients",
    applies: hasPeople,
  },
  tenants: {
    noun: "tenants",
    min: 1,
    max: 40_000,
    from: 4,
    to: 8_000,
    needs: "a pulse or clients",
    applies: hasPeople,
  },
  trades: {
    noun: "open trades a user",
    min: 1,
    max: 100,
    from: 1,
    to: 100,
    needs: "a pulse",
    applies: ({ pulse }) => pulse !== null,
  },
  writes: {
    noun: "direct writes a second",
    min: 1,
    max: 5_000,
    from: 1,
    to: 5_000,
    needs: "direct writes",
    applies: ({ directWrites }) => directWrites !== null,
  },
};

/** What is varied when nobody says: people where a scenario has any, else the rate of its direct writes. */
export function variedByDefault(scenario: Scenario): Varied {
  return hasPeople(scenario) ? "users" : "writes";
}

/** The run of one load and one seed. */
export function trialOf(situation: Situation, load: number, seed: number): TrialSpec {
  const { options, limiter, limiterConfig, indexes } = situation;
  return {
    options: { ...options, ...peopleOf(situation, load), limiter, seed },
    scenarios: [scenarioOf(situation, load)],
    limiterConfig,
    indexes,
  };
}

function peopleOf({ varied, users, tenants }: Situation, load: number): RawOptions {
  switch (varied) {
    case "users":
      return withTenants(load, tenants);
    case "tenants":
      return { users: users ?? Math.round(load * USERS_PER_TENANT), tenants: load };
    case "trades":
    case "writes":
      return withTenants(users ?? DEFAULT_USERS[varied], tenants);
  }
}

/** A run's own default; direct writes need somebody to write for, and no more. */
export const DEFAULT_USERS = { trades: 1000, writes: 100 } as const;

function withTenants(users: number, tenants: number | null): RawOptions {
  return tenants === null ? { users } : { users, tenants: Math.min(tenants, users) };
}

function scenarioOf({ varied, scenario }: Situation, load: number): Scenario {
  const { pulse, directWrites } = scenario;
  if (varied === "trades" && pulse !== null) {
    // What the document states for a scenario is for the trades it gives a user.
    const documentWritesPerUserPerMinute = null;
    return {
      ...scenario,
      documentWritesPerUserPerMinute,
      pulse: { ...pulse, openTradesPerUser: load },
    };
  }
  if (varied === "writes" && directWrites !== null) {
    return { ...scenario, directWrites: { ...directWrites, writesPerSecond: load } };
  }
  return scenario;
}

/**
 * The clients of a scenario as its users would have them. Scenarios bound them, because a local
 * emulator would be measured else; a virtual run has none.
 */
export function withAllClients(scenario: Scenario): Scenario {
  const { clients } = scenario;
  return clients === null
    ? scenario
    : { ...scenario, clients: { ...clients, atMostPerSecond: null } };
}
