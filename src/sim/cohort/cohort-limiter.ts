import type { Rng } from "../../std/rng.ts";
import type { LimiterConfig } from "../../system/limiter/config.ts";
import type {
  createLimiter,
  LimiterOptions,
  LimiterStrategy,
} from "../../system/limiter/create-limiter.ts";
import type {
  Demand,
  LimiterState,
  Outcome,
  Reservation,
  WriteLimiter,
} from "../../system/limiter/limiter.ts";

import { USERS } from "../../system/schema/user.ts";
import { isOfWorker } from "./cohort-weight.ts";

/** Hears of what the others of a cohort may send: so many writes, at that monotonic time. */
type OthersSend = (writes: number, atMs: number) => void;

/** Whoever hears of it at present. */
export interface OthersWatch {
  observer: OthersSend | undefined;
}

export interface CohortOptions {
  /** How many alike users each simulated one stands for. */
  readonly cohort: number;
  readonly create: typeof createLimiter;
  readonly onOthers: OthersSend;
}

/** Makes the service's limiter for users of whom each stands for a cohort; its own at 1. */
export function cohortLimiter(
  options: LimiterOptions,
  rng: Rng,
  { cohort, create, onOthers }: CohortOptions,
): WriteLimiter {
  if (cohort === 1) return create(options, rng);
  const { strategy = "paced", config } = options;
  const own = config === undefined ? {} : { config: cohortLimits(config, cohort) };
  const limiter = create({ ...options, ...own }, rng);
  return new CohortLimiter(limiter, rng.fork("cohort"), { cohort, strategy, onOthers });
}

interface CohortTraits {
  readonly cohort: number;
  /** The inner limiter's: the literal ones count calls, and the adaptive one answers. */
  readonly strategy: LimiterStrategy;
  readonly onOthers: OthersSend;
}

/** What others of a cohort are still to ask for, in one reservation. */
interface Others {
  readonly cost: number;
  readonly tenantId: string;
  readonly userCount: number;
}

/**
 * Others may reserve together where that is little beside the most that a limiter grants at once: a
 * fiftieth of a second's writes is less than anybody's wait is measured to.
 */
const TOGETHER_SHARE = 0.02;

/** Users whose others are kept waiting, so that they come mixed: neighbours in line are not alike. */
const MIXED_USERS = 32;

/**
 * The service's own limiter, with its own configuration, asked by simulated users of whom each stands
 * for a cohort of alike ones. Whenever one of them reserves, the others of its cohort do, too: as
 * users of their own, in line behind it and mixed with others of other cohorts, for of many users in
 * a row each writes more or less than the next. Nothing is sent for them; what the database is
 * charged for is the simulated user's commit, by its weight.
 */
export class CohortLimiter implements WriteLimiter {
  readonly stagger: WriteLimiter["stagger"];
  readonly unit: WriteLimiter["unit"];
  readonly costMax: number;
  readonly #inner: WriteLimiter;
  readonly #rng: Rng;
  readonly #traits: CohortTraits;
  readonly #waiting: Others[] = [];

  constructor(inner: WriteLimiter, rng: Rng, traits: CohortTraits) {
    this.stagger = inner.stagger;
    this.unit = inner.unit;
    this.costMax = inner.costMax;
    this.#inner = inner;
    this.#rng = rng;
    this.#traits = traits;
  }

  reserve(demand: Demand, nowMs: number): Reservation {
    const { cohort } = this.#traits;
    const userCount = demand.userCount * cohort;
    const reservation = this.#inner.reserve({ ...demand, userCount }, nowMs);
    const alike = demand.keys.filter((path) => !isOfWorker(path)).length;
    if (alike === 0) return reservation;
    const parts = this.#partsOf(alike);
    const cost = (alike * (cohort - 1)) / parts;
    const isMixed = demand.keys.some(isOfUser);
    for (let part = 0; part < parts; part += 1) {
      const others = { cost: wholePart(cost, part), tenantId: demand.tenantId, userCount };
      if (isMixed) this.#waiting.push(others);
      else this.#reserveFor(others, nowMs);
    }
    const ready = Math.min(parts, this.#waiting.length - parts * MIXED_USERS);
    for (let part = 0; part < ready; part += 1) this.#reserveFor(this.#takeAny(), nowMs);
    return reservation;
  }

  depart(cost: number, nowMs: number): number {
    return this.#inner.depart(cost, nowMs);
  }

  report(outcome: Outcome, nowMs: number): void {
    const { cohort, strategy } = this.#traits;
    const answers = strategy === "adaptive" ? cohort : 1;
    for (let answer = 0; answer < answers; answer += 1) this.#inner.report(outcome, nowMs);
  }

  /** As the simulated users meet it: their writes are so many fewer, and so is its rate of them. */
  state(nowMs: number): LimiterState {
    const state = this.#inner.state(nowMs);
    return { ...state, ratePerSecond: state.ratePerSecond / this.#traits.cohort };
  }

  /** In how many reservations the others ask for a commit of this size each. */
  #partsOf(cost: number): number {
    const { cohort, strategy } = this.#traits;
    const others = cohort - 1;
    if (strategy === "literal" || strategy === "literal-user") return others;
    if (this.#inner.costMax === Number.POSITIVE_INFINITY) return 1;
    const parts = Math.ceil((cost * others) / (this.#inner.costMax * TOGETHER_SHARE));
    return Math.min(others, Math.max(1, parts));
  }

  /** One of those who wait, by chance. */
  #takeAny(): Others | undefined {
    const waiting = this.#waiting;
    const chosen = this.#rng.integer(0, waiting.length - 1);
    const others = waiting[chosen];
    const last = waiting.pop();
    if (last !== undefined && chosen < waiting.length) waiting[chosen] = last;
    return others;
  }

  #reserveFor(others: Others | undefined, nowMs: number): void {
    if (others === undefined) return;
    const reservation = this.#inner.reserve({ ...others, keys: [] }, nowMs);
    if (reservation.kind === "granted") this.#traits.onOthers(others.cost, reservation.sendAtMs);
  }
}

/** A user's own documents; heartbeats are one like another, and need no mixing. */
function isOfUser(path: string): boolean {
  return path.startsWith(`${USERS}/`);
}

/** The whole number of one of several equal parts, such that all of them come to the whole. */
function wholePart(size: number, part: number): number {
  return Math.round(size * (part + 1)) - Math.round(size * part);
}

/**
 * The configuration with what it grants to each tenant of its own accord (a burst before shares
 * matter, a limit by plan) for as many tenants as a simulated one stands for.
 */
function cohortLimits(config: LimiterConfig, cohort: number): LimiterConfig {
  const { tenants } = config.tuning;
  const plans = Object.fromEntries(
    Object.entries(tenants.limits.plans).map(([plan, limit]) => [plan, limit * cohort]),
  );
  return {
    ...config,
    tuning: {
      ...config.tuning,
      tenants: {
        ...tenants,
        burstWrites: tenants.burstWrites * cohort,
        limits: { ...tenants.limits, plans },
      },
    },
  };
}
