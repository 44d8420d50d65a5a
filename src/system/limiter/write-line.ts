import { assert } from "../../std/assert.ts";
import type { LimiterConfig } from "./config.ts";
import { DocumentWindows } from "./document-windows.ts";
import type { Demand, Reservation, WaitReason } from "./limiter.ts";
import type { Tally } from "./tally.ts";
import { type PlanOf, TenantShares, type TenantStanding } from "./tenant-shares.ts";
import { HORIZON_MS, WriteWindow } from "./write-window.ts";

const SECOND_MS = 1000;

/** How fast the line moves at the moment of a reservation; each strategy has its own rule. */
export interface Pace {
  /** Writes a second that are spread evenly over the line. */
  readonly ratePerSecond: number;
  /** Writes that no window may exceed. */
  readonly windowLimit: number;
  /** What to call a wait for this pace. */
  readonly reason: WaitReason;
}

/**
 * The one line on which `paced`, `ramp` and `adaptive` place their writes. Laws, kept exactly and
 * in whatever order reservations are made: no window over its limit, no document over its limit,
 * no tenant over its own limit. Manners, on top: writes are spaced evenly in two lanes,
 *
 * - the common lane, (1 - lentShare) of the rate: for tenants within their share at any depth; for
 *   anyone where it is free within `lendAheadMs`; for anyone at any depth while a tenant is alone;
 * - the lent lane, lentShare of the rate: for anyone.
 *
 * Whoever may use both takes the one that is free sooner. A reservation cannot be moved once made,
 * so a backlog of a tenant over its share must not fill the line ahead: it can fill the lent lane
 * only, and a tenant within its share still goes at once or nearly so.
 */
export class WriteLine {
  readonly #lentShare: number;
  readonly #lendAheadMs: number;
  readonly #tally: Tally;
  readonly #window: WriteWindow;
  /** What was really sent, which is late when the process was. */
  readonly #departures = new WriteWindow(SECOND_MS);
  readonly #documents: DocumentWindows;
  readonly #documentLimit: number;
  readonly #shares: TenantShares;
  readonly #common: Lane = { freeMs: Number.NEGATIVE_INFINITY };
  readonly #lent: Lane = { freeMs: Number.NEGATIVE_INFINITY };

  constructor(config: LimiterConfig, guardMs: number, tally: Tally, planOf: PlanOf) {
    const windowMs = SECOND_MS + guardMs;
    this.#lentShare = config.tuning.tenants.lentShare;
    this.#lendAheadMs = config.tuning.tenants.lendAheadMs;
    this.#tally = tally;
    this.#window = new WriteWindow(windowMs);
    this.#documents = new DocumentWindows(config.doc_write_limit, windowMs);
    this.#documentLimit = config.doc_write_limit;
    this.#shares = new TenantShares(config.tuning.tenants, planOf);
  }

  /** The even rate at which windows of `windowLimit` are just full. */
  rateFor(windowLimit: number): number {
    return (windowLimit * 1000) / this.#window.spanMs;
  }

  reserve(demand: Demand, nowMs: number, pace: Pace): Reservation {
    assert(demand.cost >= 1, `a demand of ${demand.cost} writes`);
    if (demand.cost > pace.windowLimit) return this.#refuseTooLarge(demand, pace);
    this.#window.advance(nowMs);
    this.#shares.advance(nowMs, pace.ratePerSecond);
    const documentMs = this.#documents.earliest(demand.keys, nowMs);
    if (documentMs === Number.POSITIVE_INFINITY) return this.#refuseRepeated();
    const standing = this.#shares.standing(demand.tenantId);
    const floorMs = Math.max(documentMs, standing.limitFreeMs);
    const lane = this.#laneFor(standing, nowMs);
    const wantedMs = Math.max(floorMs, lane.freeMs);
    const sendAtMs = this.#window.firstFit(demand.cost, wantedMs, pace.windowLimit);
    if (sendAtMs === undefined) return this.#refuseFull(demand, nowMs);
    const reason = this.#reasonFor(lane, standing, { documentMs, wantedMs, sendAtMs }, pace);
    // A write held back by its document or tenant leaves the lane to those behind it.
    const heldBack = floorMs > nowMs && floorMs > lane.freeMs;
    if (!heldBack) lane.freeMs = sendAtMs + demand.cost * this.#intervalMs(lane, pace);
    this.#take(demand, standing, sendAtMs);
    return this.#tally.grant(nowMs, sendAtMs, reason, this.#limitOf(reason, pace));
  }

  /** See WriteLimiter.depart: the law on writes a second, kept over what is really sent. */
  depart(cost: number, nowMs: number, pace: Pace, notBeforeMs = nowMs): number {
    this.#departures.advance(nowMs);
    const departMs = this.#departures.firstFit(cost, notBeforeMs, pace.windowLimit);
    // Beyond the horizon nothing is counted; only a circuit can be open for that long.
    if (departMs === undefined) return notBeforeMs;
    this.#departures.take(cost, departMs);
    return departMs;
  }

  #laneFor(standing: TenantStanding, nowMs: number): Lane {
    if (this.#common.freeMs > this.#lent.freeMs) return this.#lent;
    const isNear = this.#common.freeMs <= nowMs + this.#lendAheadMs;
    return isNear || this.#hasRight(standing) ? this.#common : this.#lent;
  }

  /** Whether the tenant may use the common lane at any depth. */
  #hasRight(standing: TenantStanding): boolean {
    return standing.writesLeft > 0 || this.#shares.size === 1;
  }

  #intervalMs(lane: Lane, pace: Pace): number {
    const share = lane === this.#lent ? this.#lentShare : 1 - this.#lentShare;
    return 1000 / (pace.ratePerSecond * share);
  }

  #take(demand: Demand, standing: TenantStanding, sendAtMs: number): void {
    this.#window.take(demand.cost, sendAtMs);
    this.#documents.take(sendAtMs);
    this.#shares.charge(standing, demand.cost);
  }

  /** Names the part that held the writes back longest; the last to do so decided. */
  #reasonFor(lane: Lane, standing: TenantStanding, times: Times, pace: Pace): WaitReason {
    if (times.sendAtMs > times.wantedMs) return "batch-limit";
    if (times.documentMs >= times.wantedMs) return "document-limit";
    if (standing.limitFreeMs >= times.wantedMs) return "tenant-share";
    const outOfShare = lane === this.#lent && !this.#hasRight(standing);
    return outOfShare && this.#common.freeMs < lane.freeMs ? "tenant-share" : pace.reason;
  }

  #limitOf(reason: WaitReason, pace: Pace): number | undefined {
    if (reason === "batch-limit") return pace.windowLimit;
    return reason === "document-limit" ? this.#documentLimit : undefined;
  }

  #refuseTooLarge({ cost }: Demand, { windowLimit }: Pace): Reservation {
    return this.#tally.refuse({
      kind: "refused",
      reason: "impossible",
      message:
        `a commit of ${cost} writes is larger than the ${windowLimit} writes a second ` +
        `that are allowed; split it into commits of at most ${windowLimit} writes`,
    });
  }

  #refuseRepeated(): Reservation {
    return this.#tally.refuse({
      kind: "refused",
      reason: "impossible",
      message:
        `a commit writes one document more than ${this.#documentLimit} times, the number ` +
        `doc_write_limit allows in a second; write it once, with the last value`,
    });
  }

  #refuseFull(demand: Demand, nowMs: number): Reservation {
    return this.#tally.refuse({
      kind: "refused",
      reason: "open-circuit",
      message:
        `no room for ${demand.cost} writes in the next ${HORIZON_MS / 60_000} minutes; ` +
        `write less often, or raise batch_write_limit`,
      retryAtMs: nowMs + 1000,
    });
  }
}

interface Lane {
  freeMs: number;
}

interface Times {
  readonly documentMs: number;
  readonly wantedMs: number;
  readonly sendAtMs: number;
}
