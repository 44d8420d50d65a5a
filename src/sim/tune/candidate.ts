import { assert } from "../../std/assert.ts";
import type { Rng } from "../../std/rng.ts";
import { limiterConfigSchema, type LimiterConfig } from "../../system/limiter/config.ts";
import type { LimiterStrategy } from "../../system/limiter/create-limiter.ts";
import { shareOfLimits } from "../../system/pulse/fan-out.ts";
import type { z } from "zod";
import { placeOf, valueAt, type Dimension } from "./dimension.ts";
import type { LimiterSpace } from "./limiter-space.ts";

export type LimiterConfigInput = z.input<typeof limiterConfigSchema>;

/** What is set otherwise than by default, by its path. */
export type Changes = Readonly<Record<string, number>>;

/** A configuration of the limiter that is tried. */
export interface Candidate {
  readonly strategy: LimiterStrategy;
  readonly changes: Changes;
  /** Of a candidate that is none of the space's: a preset. */
  readonly preset?: { readonly name: string; readonly config: LimiterConfigInput };
}

/** The candidate's settings as a service takes them: the changes only, all else by default. */
export function configInput({ changes, preset }: Candidate): LimiterConfigInput {
  const config: Record<string, unknown> = { ...preset?.config };
  for (const [path, value] of Object.entries(changes)) setAt(config, path.split("."), value);
  return config;
}

/** With every default filled in. */
export function fullConfig(candidate: Candidate): LimiterConfig {
  return limiterConfigSchema.parse(configInput(candidate));
}

/** The smallest rate that can carry a close and its ledger entry in one commit. */
const RATE_MIN = 2;

/**
 * The same limiter before a share of the load: its rates are divided as among workers, its times
 * and shares are not.
 */
export function sharedConfig(candidate: Candidate, parts: number): LimiterConfigInput {
  if (parts === 1) return configInput(candidate);
  const shared = shareOfLimits(fullConfig(candidate), parts);
  const ramp = shared.tuning.ramp;
  return {
    ...shared,
    batch_write_limit: Math.max(RATE_MIN, shared.batch_write_limit),
    tuning: {
      ...shared.tuning,
      ramp: {
        ...ramp,
        startPerSecond: Math.max(RATE_MIN, ramp.startPerSecond),
        maximumPerSecond: Math.max(RATE_MIN, ramp.maximumPerSecond),
      },
    },
  };
}

/** Two candidates of one key are the same configuration. */
export function keyOf(candidate: Candidate): string {
  return JSON.stringify([candidate.strategy, fullConfig(candidate)]);
}

/** At most so many settings of a new candidate differ from the defaults. */
const CHANGES_DRAWN_MAX = 3;
/** The rate is nearly always among them. */
const RATE_CHANCE = 0.8;

/** A new candidate: a few settings away from the defaults, which are each chosen for a reason. */
export function drawCandidate({ strategy, dimensions }: LimiterSpace, rng: Rng): Candidate {
  const chosen = sample(dimensions, rng.integer(1, CHANGES_DRAWN_MAX), rng);
  const [rate] = dimensions;
  if (rate !== undefined && !chosen.includes(rate) && rng.chance(RATE_CHANCE)) chosen[0] = rate;
  const changes = chosen.map((dimension) => [dimension.path, valueAt(dimension, rng.next())]);
  return { strategy, changes: Object.fromEntries(changes) };
}

/** How far a setting is moved, as a share of its range: the spread of a normal distribution. */
const STEP = 0.12;

/** A candidate near one that did well: one setting moved, added, dropped, or taken from another's. */
export function varyCandidate(
  { strategy, dimensions }: LimiterSpace,
  parent: Candidate,
  other: Candidate,
  rng: Rng,
): Candidate {
  const changes: Record<string, number> = { ...parent.changes };
  const changed = dimensions.filter(({ path }) => path in changes);
  const ofOther = dimensions.filter(({ path }) => path in other.changes);
  const way = rng.integer(0, 5);
  if (way === 0 && ofOther.length > 0) {
    const { path, min } = rng.pick(ofOther);
    changes[path] = other.changes[path] ?? min;
  } else if (way === 1 && changed.length > 1) {
    delete changes[rng.pick(changed).path];
  } else if (way === 2 || changed.length === 0) {
    const added = rng.pick(dimensions);
    changes[added.path] = valueAt(added, rng.next());
  } else {
    const moved = rng.pick(changed);
    changes[moved.path] = nearby(moved, changes[moved.path] ?? moved.min, rng);
  }
  return { strategy, changes };
}

/** The candidate without one of its changes. */
export function withoutChange(candidate: Candidate, path: string): Candidate {
  const rest = Object.entries(candidate.changes).filter(([changed]) => changed !== path);
  return { ...candidate, changes: Object.fromEntries(rest) };
}

/** The candidate with one change half as far from the default as it is. */
export function halfWayBack(space: LimiterSpace, candidate: Candidate, path: string): Candidate {
  const dimension = space.dimensions.find((one) => one.path === path);
  if (dimension === undefined) return candidate;
  const from = placeOf(dimension, defaultAt(path));
  const to = placeOf(dimension, candidate.changes[path] ?? dimension.min);
  const value = valueAt(dimension, (from + to) / 2);
  return { ...candidate, changes: { ...candidate.changes, [path]: value } };
}

/** How far its changes lie from the defaults, as shares of the ranges, in hundredths. */
export function distanceFromDefaults(space: LimiterSpace, { changes }: Candidate): number {
  const parts = space.dimensions
    .filter(({ path }) => path in changes)
    .map((dimension) => {
      const { path, min } = dimension;
      return Math.abs(
        placeOf(dimension, changes[path] ?? min) - placeOf(dimension, defaultAt(path)),
      );
    });
  return Math.round(parts.reduce((total, part) => total + part, 0) * 100);
}

const DEFAULTS: unknown = limiterConfigSchema.parse({});

function defaultAt(path: string): number {
  let value = DEFAULTS;
  for (const field of path.split(".")) value = (value as Record<string, unknown>)[field];
  assert(typeof value === "number", `${path} is no number of a limiter's configuration`);
  return value;
}

function nearby(dimension: Dimension, value: number, rng: Rng): number {
  const moved = placeOf(dimension, value) + STEP * rng.normal();
  // Mirrored at the ends, so that they are no trap.
  const mirrored = moved < 0 ? -moved : moved > 1 ? 2 - moved : moved;
  return valueAt(dimension, Math.min(1, Math.max(0, mirrored)));
}

/** So many of them, each at most once. */
function sample<T>(values: readonly T[], count: number, rng: Rng): T[] {
  const left = [...values];
  const taken: T[] = [];
  while (taken.length < count && left.length > 0) {
    taken.push(...left.splice(rng.integer(0, left.length - 1), 1));
  }
  return taken;
}

function setAt(into: Record<string, unknown>, path: readonly string[], value: number): void {
  const [field = "", ...rest] = path;
  if (rest.length === 0) {
    into[field] = value;
    return;
  }
  const inner = { ...(into[field] as Record<string, unknown> | undefined) };
  setAt(inner, rest, value);
  into[field] = inner;
}
