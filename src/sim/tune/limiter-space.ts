import type { LimiterStrategy } from "../../system/limiter/create-limiter.ts";
import type { Dimension } from "./dimension.ts";

/** What `--limiter` of tune accepts. `literal-user` has no settings that limit anything. */
export const TUNED_STRATEGIES = [
  "paced",
  "adaptive",
  "ramp",
  "literal",
] as const satisfies readonly LimiterStrategy[];
export type TunedStrategy = (typeof TUNED_STRATEGIES)[number];

/** All that is searched for one strategy. The first is its rate, which matters most. */
export interface LimiterSpace {
  readonly strategy: TunedStrategy;
  readonly dimensions: readonly Dimension[];
}

/**
 * The space for a load of so many writes a second, as they fall due in the mean. Not searched, and
 * left as they are by default:
 * - `doc_write_limit`: the pulse writes a document once a sweep; the limit is a guard, no setting.
 * - `tuning.ramp.factor`, `periodSec`, `maximumPerSecond`: Firestore's published rule, and minutes
 *   long beside trials of one.
 * - `tuning.tenants.weights` and `.limits`: what tenants are owed, which is not for a search to say.
 * - `tuning.tenants.activeMs`: the document's slowest sweep.
 * - `tuning.adaptive.intervalMs`, `minimumShare`, `tuning.breaker.windowSec`, `minimumSamples`,
 *   `maximumOpenSec`, `probes`: they say how sure the limiter is of what it sees, not how it acts.
 */
export function limiterSpace(strategy: TunedStrategy, duePerSecond: number): LimiterSpace {
  switch (strategy) {
    case "paced":
      return {
        strategy,
        dimensions: [batchLimit(duePerSecond), ...GUARDS, ...COOLDOWN, ...TENANTS],
      };
    case "adaptive":
      return {
        strategy,
        dimensions: [batchLimit(duePerSecond), ...GUARDS, ...ADAPTIVE, ...TENANTS],
      };
    case "ramp":
      return { strategy, dimensions: [rampStart(duePerSecond), ...GUARDS, ...TENANTS] };
    case "literal":
      return { strategy, dimensions: [literalLimit(duePerSecond), LITERAL_COOLDOWN] };
  }
}

/** The schema's own bounds of the rates. */
const RATE_MIN = 20;
const RATE_MAX = 10_000;

function rate(path: string, duePerSecond: number, factor: number, why: string): Dimension {
  // Where more falls due than a rate may be, the upper half of what it may be is left.
  const min = Math.round(Math.min(clampRate(duePerSecond * 0.9), RATE_MAX / 2));
  const max = Math.round(clampRate(Math.max(duePerSecond * factor, min * 2)));
  return { path, min, max, scale: "log", isWhole: true, why };
}

function clampRate(perSecond: number): number {
  return Math.min(RATE_MAX, Math.max(RATE_MIN, perSecond));
}

function batchLimit(duePerSecond: number): Dimension {
  return rate(
    "batch_write_limit",
    duePerSecond,
    6,
    "from below what falls due, which must fall behind, to six times it, which holds nothing back",
  );
}

function rampStart(duePerSecond: number): Dimension {
  return rate(
    "tuning.ramp.startPerSecond",
    duePerSecond,
    6,
    "as batch_write_limit, in whose place it stands; Firestore's published rule starts at 500",
  );
}

function literalLimit(duePerSecond: number): Dimension {
  return rate(
    "batch_write_limit",
    duePerSecond,
    30,
    "as many calls as pass in a cooldown: up to all that falls due in half a minute",
  );
}

const LITERAL_COOLDOWN: Dimension = {
  path: "batch_cooldown_sec",
  min: 0.1,
  max: 10,
  scale: "log",
  isWhole: false,
  why: "the pause after each batch, from a tenth of a second to twice the document's",
};

const GUARDS: readonly Dimension[] = [
  {
    path: "tuning.guardMs",
    min: 0,
    max: 300,
    scale: "linear",
    isWhole: true,
    why: "room for commits that arrive unequally late: none, to three times a commit's p99",
  },
];

const COOLDOWN: readonly Dimension[] = [
  {
    path: "batch_cooldown_sec",
    min: 0.1,
    max: 30,
    scale: "log",
    isWhole: false,
    why: "how long a refusal slows the line, up to a sweep of the document's fastest pulse",
  },
  {
    path: "tuning.cooldownRateFactor",
    min: 0.1,
    max: 1,
    scale: "linear",
    isWhole: false,
    why: "how much it slows: from a tenth of the rate to not at all",
  },
];

const TENANTS: readonly Dimension[] = [
  {
    path: "tuning.tenants.lentShare",
    min: 0.05,
    max: 0.95,
    scale: "linear",
    isWhole: false,
    why: "what a large tenant may take of the line ahead: the schema's bounds",
  },
  {
    path: "tuning.tenants.lendAheadMs",
    min: 10,
    max: 1000,
    scale: "log",
    isWhole: true,
    why: "how near free room must be for anyone to take it, up to twice the P&L target",
  },
  {
    path: "tuning.tenants.burstWrites",
    min: 10,
    max: 1000,
    scale: "log",
    isWhole: true,
    why: "a tenant's credit: one user's sweep, to that of a hundred users",
  },
];

const ADAPTIVE: readonly Dimension[] = [
  {
    path: "tuning.adaptive.decreaseFactor",
    min: 0.3,
    max: 0.95,
    scale: "linear",
    isWhole: false,
    why: "how hard it brakes: TCP's half and CUBIC's 0.7 lie within",
  },
  {
    path: "tuning.adaptive.increaseShare",
    min: 0.01,
    max: 0.5,
    scale: "log",
    isWhole: false,
    why: "how fast it recovers: from 100 s to 2 s to the ceiling",
  },
  {
    path: "tuning.adaptive.pressureShare",
    min: 0.01,
    max: 0.3,
    scale: "log",
    isWhole: false,
    why: "the share of refusals it takes for pressure",
  },
  {
    path: "tuning.adaptive.latencyTolerance",
    min: 1.3,
    max: 6,
    scale: "log",
    isWhole: false,
    why: "what it takes for slow; 1.5 is Netflix's, above 6 it would see nothing",
  },
  {
    path: "tuning.adaptive.latencyFloorMs",
    min: 50,
    max: 500,
    scale: "log",
    isWhole: true,
    why: "what is healthy whatever its trend: a commit's p50 to the P&L target",
  },
  {
    path: "tuning.breaker.refusalShare",
    min: 0.2,
    max: 0.9,
    scale: "linear",
    isWhole: false,
    why: "when the circuit opens",
  },
  {
    path: "tuning.breaker.openSec",
    min: 1,
    max: 30,
    scale: "log",
    isWhole: false,
    why: "for how long at first, up to a sweep of the document's fastest pulse",
  },
];
