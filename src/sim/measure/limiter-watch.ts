import { EventHeap } from "../../std/event-heap.ts";
import type { LimiterConfig } from "../../system/limiter/config.ts";
import type { Demand, Reservation, WaitReason } from "../../system/limiter/limiter.ts";

/** What the laws of a limiter that paces evenly depend on. */
export interface LineTerms {
  /** Whoever asks may take what is free this near. */
  readonly lendAheadMs: number;
  /** The smaller of the two lanes' shares of the rate. */
  readonly laneShare: number;
  /** Some tenants have limits of their own, outside the lanes. */
  readonly hasOwnLimits: boolean;
}

export function lineTermsOf({ tuning }: LimiterConfig): LineTerms {
  const { lendAheadMs, lentShare, limits } = tuning.tenants;
  const own = Object.keys(limits.tenants).length + Object.keys(limits.plans).length;
  return {
    lendAheadMs,
    laneShare: Math.min(lentShare, 1 - lentShare),
    hasOwnLimits: own > 0,
  };
}

/** Something that a law bounds: by how much, at the worst moment, it came to what is allowed. */
export interface Worst {
  /** In milliseconds, of the line's rate or of waiting. */
  readonly figureMs: number;
  readonly allowedMs: number;
  /** Since the phase began. */
  readonly atSecond: number;
  /** Whose reservation it was. */
  readonly tenantId: string;
}

/** What a tenant asked of a limiter, and how long it was made to wait. */
export interface TenantUse {
  readonly tenantId: string;
  readonly commits: number;
  readonly writes: number;
  readonly waitMs: number;
  /** What others were made to wait at the same moments: a line that grows makes all wait longer. */
  readonly othersWaitMs: number;
}

/** One limiter's answers, as its laws see them. */
export interface LimiterUse {
  readonly reservations: number;
  /** How far it was ahead of the rate that it states. */
  readonly ahead: Worst | null;
  /** How long a commit waited, against what stood before it in line. */
  readonly wait: Worst | null;
  readonly tenants: readonly TenantUse[];
}

/** Waits of the line itself; the others are of a document, a tenant's own limit, or the jitter. */
const OF_THE_LINE: ReadonlySet<WaitReason> = new Set(["pace", "ramp", "back-off", "cooldown"]);

/** A line of two lanes has at most so many commits just sent, whose time is still running. */
const RUNNING_COMMITS = 2;

/** The limiter's windows are cut into buckets of 10 ms, and it rounds up to them. */
const ROUNDING_MS = 10;

interface Tally {
  commits: number;
  writes: number;
  waitMs: number;
  othersWaitMs: number;
}

/** So many commits before one are of its moment. */
const MOMENT_COMMITS = 16;

/**
 * Watches one limiter from outside, at its port, and holds its answers against two laws that follow
 * from the rate it states, whatever it does within:
 *
 * - it is never further ahead of that rate than the commits just sent: what has been granted and is
 *   still to go must be at least what an even stream would still have to send;
 * - nobody waits longer than what stands before them in line takes, in the smaller lane
 *   (docs/limiter.md, "Tenants' shares", has the bound).
 *
 * Work is counted in milliseconds at the rate stated when it was reserved, so a rate that changes
 * changes nothing.
 */
export class LimiterWatch {
  readonly #terms: LineTerms;
  readonly #startMs: number;
  readonly #tenants = new Map<string, Tally>();
  /** The last commits: whose they were, and how long they waited; a ring. */
  readonly #lastTenants: string[] = [];
  readonly #lastWaitsMs: number[] = [];
  #last = 0;
  /** What is granted and still to go, by when, with its work: below 0 what is not of the line. */
  readonly #waiting = new EventHeap<number>();
  #waitingMs = 0;
  /** The same, with what is not of the line: it may stand in it all the same. */
  #beforeMs = 0;
  /** When an even stream would have sent all that was granted. */
  #evenMs = Number.NEGATIVE_INFINITY;
  #largestMs = 0;
  /** Since the even stream last had nothing to send. */
  #largestAheadMs = 0;
  #reservations = 0;
  #ahead: Worst | null = null;
  #wait: Worst | null = null;

  /** `startMs`: when the phase begins, on the clock of the reservations. */
  constructor(terms: LineTerms, startMs: number) {
    this.#terms = terms;
    this.#startMs = startMs;
  }

  /** Tells of an answer, and of the rate the limiter stated with it, in writes a second. */
  reserved(demand: Demand, answer: Reservation, nowMs: number, ratePerSecond: number): void {
    this.#reservations += 1;
    if (answer.kind === "refused") return;
    const waitMs = Math.max(0, answer.sendAtMs - nowMs);
    this.#count(demand, waitMs);
    const workMs = (demand.cost * 1000) / ratePerSecond;
    this.#largestMs = Math.max(this.#largestMs, workMs);
    this.#forgetSent(nowMs);
    if (!this.#isOfTheLine(answer.waitedFor)) {
      this.#remember(answer.sendAtMs, -workMs);
      return;
    }
    const { tenantId } = demand;
    const atSecond = (nowMs - this.#startMs) / 1000;
    const { lendAheadMs, laneShare } = this.#terms;
    // A window that is full holds back what is in no lane as well: only a lane's wait is explained.
    if (answer.waitedFor !== "batch-limit") {
      const beforeMs = this.#beforeMs + RUNNING_COMMITS * this.#largestMs;
      const allowedMs = lendAheadMs + beforeMs / laneShare + ROUNDING_MS;
      if (isWorse(this.#wait, waitMs - allowedMs)) {
        this.#wait = { figureMs: waitMs, allowedMs, atSecond, tenantId };
      }
    }
    if (this.#evenMs <= nowMs) this.#largestAheadMs = 0;
    this.#largestAheadMs = Math.max(this.#largestAheadMs, workMs);
    this.#evenMs = Math.max(this.#evenMs, nowMs) + workMs;
    if (waitMs > 0) this.#remember(answer.sendAtMs, workMs);
    const figureMs = this.#evenMs - nowMs - this.#waitingMs;
    const allowedMs = RUNNING_COMMITS * this.#largestAheadMs + ROUNDING_MS;
    if (isWorse(this.#ahead, figureMs - allowedMs)) {
      this.#ahead = { figureMs, allowedMs, atSecond, tenantId };
    }
  }

  use(): LimiterUse {
    return {
      reservations: this.#reservations,
      ahead: this.#ahead,
      wait: this.#wait,
      tenants: [...this.#tenants].map(([tenantId, tally]) => ({ tenantId, ...tally })),
    };
  }

  /**
   * A tenant's own limit goes by the same name as its share of the line; and what it held back may
   * meet a full window then, and go by the window's.
   */
  #isOfTheLine(reason: WaitReason | undefined): boolean {
    if (reason === undefined || OF_THE_LINE.has(reason)) return true;
    const isShared = reason === "tenant-share" || reason === "batch-limit";
    return isShared && !this.#terms.hasOwnLimits;
  }

  #count({ tenantId, cost }: Demand, waitMs: number): void {
    let tally = this.#tenants.get(tenantId);
    if (tally === undefined) {
      tally = { commits: 0, writes: 0, waitMs: 0, othersWaitMs: 0 };
      this.#tenants.set(tenantId, tally);
    }
    tally.commits += 1;
    tally.writes += cost;
    tally.waitMs += waitMs;
    tally.othersWaitMs += this.#othersWaitMs(tenantId) ?? waitMs;
    this.#lastTenants[this.#last] = tenantId;
    this.#lastWaitsMs[this.#last] = waitMs;
    this.#last = (this.#last + 1) % MOMENT_COMMITS;
  }

  /** The mean wait of others among the last commits; undefined when there are none. */
  #othersWaitMs(tenantId: string): number | undefined {
    let commits = 0;
    let waitMs = 0;
    for (let index = 0; index < this.#lastTenants.length; index += 1) {
      if (this.#lastTenants[index] === tenantId) continue;
      commits += 1;
      waitMs += this.#lastWaitsMs[index] as number;
    }
    return commits === 0 ? undefined : waitMs / commits;
  }

  #remember(sendAtMs: number, workMs: number): void {
    this.#beforeMs += Math.abs(workMs);
    this.#waitingMs += Math.max(0, workMs);
    this.#waiting.push(sendAtMs, workMs);
  }

  #forgetSent(nowMs: number): void {
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      if (next.atMs > nowMs) return;
      const workMs = next.event ?? 0;
      this.#beforeMs -= Math.abs(workMs);
      this.#waitingMs -= Math.max(0, workMs);
      this.#waiting.pop();
    }
    this.#beforeMs = 0; // What rounding has left of it.
    this.#waitingMs = 0;
  }
}

function isWorse(before: Worst | null, excessMs: number): boolean {
  return before === null || excessMs > before.figureMs - before.allowedMs;
}
