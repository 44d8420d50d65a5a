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
import { ForwardingLimiter } from "../measure/forwarding-limiter.ts";
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
  const { strategy = "paced", config, planOf } = options;
  const limiter = create(
    {
      ...options,
      ...(config === undefined ? {} : { config: cohortLimits(config, cohort) }),
      ...(planOf === undefined ? {} : { planOf: (tenantId) => planOf(simulatedOf(tenantId)) }),
    },
    rng,
  );
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

/**
 * Users whose others are kept waiting, so that they come mixed: neighbours in line are not alike,
 * and where heavy ones stand together their others must not. Of a small sweep, half of its users.
 */
const MIXED_USERS = 256;

/** Of as many others as come, so many ask while those who wait are still few. */
const READY_SHARE_MIN = 0.5;

/**
 * The service's own limiter, with its own configuration, asked by simulated users of whom each stands
 * for a cohort of alike ones. Whenever one of them reserves, the others of its cohort do, too: as
 * users of their own, in line behind it and mixed with others of other cohorts, for of many users in
 * a row each writes more or less than the next. Nothing is sent for them; what the database is
 * charged for is the simulated user's commit, by its weight.
 */
export class CohortLimiter extends ForwardingLimiter {
  protected readonly inner: WriteLimiter;
  readonly #rng: Rng;
  readonly #traits: CohortTraits;
  readonly #waiting: Others[] = [];
  /** Which of the others' tenants asked last. */
  #turn = 0;
  /** How many of those who wait are to ask now. */
  #ready = 0;

  constructor(inner: WriteLimiter, rng: Rng, traits: CohortTraits) {
    super();
    this.inner = inner;
    this.#rng = rng;
    this.#traits = traits;
  }

  override reserve(demand: Demand, nowMs: number): Reservation {
    const { cohort } = this.#traits;
    const userCount = demand.userCount * cohort;
    const reservation = this.inner.reserve({ ...demand, userCount }, nowMs);
    const alike = demand.keys.filter((path) => !isOfWorker(path)).length;
    if (alike === 0) return reservation;
    const parts = this.#partsOf(alike);
    const cost = (alike * (cohort - 1)) / parts;
    const isMixed = demand.keys.some(isOfUser);
    for (let part = 0; part < parts; part += 1) {
      const tenantId = isMixed ? this.#nextAlike(demand.tenantId) : demand.tenantId;
      const others = { cost: wholePart(cost, part), tenantId, userCount };
      if (isMixed) this.#waiting.push(others);
      else this.#reserveFor(others, nowMs);
    }
    const mixed = Math.min(MIXED_USERS, Math.ceil(demand.userCount / 2));
    const filled = this.#waiting.length / (parts * mixed);
    this.#ready += parts * Math.min(1, Math.max(READY_SHARE_MIN, filled));
    for (; this.#ready >= 1 && this.#waiting.length > 0; this.#ready -= 1) {
      this.#reserveFor(this.#takeAny(), nowMs);
    }
    return reservation;
  }

  override report(outcome: Outcome, nowMs: number): void {
    const { cohort, strategy } = this.#traits;
    const answers = strategy === "adaptive" ? cohort : 1;
    for (let answer = 0; answer < answers; answer += 1) this.inner.report(outcome, nowMs);
  }

  /** As the simulated users meet it: their writes are so many fewer, and so is its rate of them. */
  override state(nowMs: number): LimiterState {
    const state = this.inner.state(nowMs);
    return { ...state, ratePerSecond: state.ratePerSecond / this.#traits.cohort };
  }

  /** One of the tenants that a simulated one stands for beside itself, each in turn. */
  #nextAlike(tenantId: string): string {
    this.#turn = (this.#turn % (this.#traits.cohort - 1)) + 1;
    return alikeTenant(tenantId, this.#turn);
  }

  /** In how many reservations the others ask for a commit of this size each. */
  #partsOf(cost: number): number {
    const { cohort, strategy } = this.#traits;
    const others = cohort - 1;
    if (strategy === "literal" || strategy === "literal-user") return others;
    if (this.inner.costMax === Number.POSITIVE_INFINITY) return 1;
    const parts = Math.ceil((cost * others) / (this.inner.costMax * TOGETHER_SHARE));
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
    const reservation = this.inner.reserve({ ...others, keys: [] }, nowMs);
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

/** Stands in no tenant's ID of ours. */
const ALIKE = "#";

function alikeTenant(tenantId: string, turn: number): string {
  return `${tenantId}${ALIKE}${turn}`;
}

function simulatedOf(tenantId: string): string {
  const end = tenantId.lastIndexOf(ALIKE);
  return end < 0 ? tenantId : tenantId.slice(0, end);
}

/** The configuration with what it says of single tenants said of those they stand for, too. */
function cohortLimits(config: LimiterConfig, cohort: number): LimiterConfig {
  const { tenants } = config.tuning;
  const named = ({ tenants: byName, plans }: typeof tenants.weights) => ({
    plans,
    tenants: Object.fromEntries(
      Object.entries(byName).flatMap(([tenantId, figure]) =>
        Array.from({ length: cohort }, (_, turn) => [
          turn === 0 ? tenantId : alikeTenant(tenantId, turn),
          figure,
        ]),
      ),
    ),
  });
  return {
    ...config,
    tuning: {
      ...config.tuning,
      tenants: { ...tenants, weights: named(tenants.weights), limits: named(tenants.limits) },
    },
  };
}
