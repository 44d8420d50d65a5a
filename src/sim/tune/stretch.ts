import type { Scenario } from "../config/scenario.ts";
import { BOUNDS } from "../config/run-options.ts";

/**
 * How much of the load a trial has. The full one is what was asked for; what is cheaper is for
 * sorting out.
 */
export interface Stretch {
  readonly name: "small" | "short" | "full";
  /** The users, and the limiter's rates with them, are divided by so much. */
  readonly parts: number;
  readonly users: number;
  readonly tenants: number;
  readonly durationMs: number;
  /** Of a trial, in full ones. */
  readonly cost: number;
}

/** The load that configurations are tried with. */
export interface TunedLoad {
  readonly users: number;
  readonly tenants: number;
  readonly scenario: Scenario;
  /** Of a full trial. */
  readonly durationMs: number;
}

/** Of a full trial of a minute, about a third goes into loading users and reading them back. */
const LOADING_SHARE = 0.35;

const SMALL_PARTS = 4;
/** A quarter of fewer users than this is too few for quantiles. */
const SMALL_USERS_MIN = 200;

/** Writes that fall due in a second, in the mean: of trades, and of each user's account. */
export function duePerSecond({ users, scenario }: TunedLoad): number {
  const { pulse } = scenario;
  return pulse === null ? 0 : (users * (pulse.openTradesPerUser + 1)) / pulse.periodSeconds;
}

/**
 * From cheap to full:
 * - `small`: a quarter of the users and tenants before a quarter of the limiter's rates, for one
 *   sweep. What is too slow or unfair shows; production's limits are far away.
 * - `short`: all users, for one sweep.
 * - `full`: what was asked for.
 * Those that would be no cheaper than the next are left out.
 */
export function stretchesOf(load: TunedLoad): readonly Stretch[] {
  const { users, tenants, scenario, durationMs } = load;
  const sweepMs = Math.ceil((scenario.pulse?.periodSeconds ?? 0) * 1000);
  const shortMs = Math.min(durationMs, Math.max(BOUNDS.durationMs.min, sweepMs));
  const share = LOADING_SHARE + (1 - LOADING_SHARE) * (shortMs / durationMs);
  const full = { name: "full", parts: 1, users, tenants, durationMs, cost: 1 } as const;
  const short = { ...full, name: "short", durationMs: shortMs, cost: share } as const;
  const small = {
    ...short,
    name: "small",
    parts: SMALL_PARTS,
    users: Math.ceil(users / SMALL_PARTS),
    tenants: Math.ceil(tenants / SMALL_PARTS),
    cost: share / SMALL_PARTS,
  } as const;
  return [
    ...(users >= SMALL_USERS_MIN ? [small] : []),
    ...(shortMs < durationMs ? [short] : []),
    full,
  ];
}
