import type { LimiterConfig } from "./config.ts";
import type { Demand, LimiterState, Outcome, Reservation, WriteLimiter } from "./limiter.ts";
import { RampSchedule } from "./ramp-schedule.ts";
import { Tally } from "./tally.ts";
import type { PlanOf } from "./tenant-shares.ts";
import { type Pace, WriteLine } from "./write-line.ts";

/**
 * The rule Firestore publishes, in place of the document's reading of it: see RampSchedule. No
 * batch_write_limit holds here; doc_write_limit and the tenants' shares do. No guard is added, for
 * the published figure is where a key range begins to split and not an edge.
 */
export class RampLimiter implements WriteLimiter {
  readonly stagger = "spread";
  readonly unit = "user";
  /** What a second carries at the start: the rate never falls below it. */
  readonly costMax: number;
  readonly #schedule: RampSchedule;
  readonly #tally = new Tally();
  readonly #line: WriteLine;
  #pace: Pace;

  constructor(config: LimiterConfig, planOf: PlanOf) {
    this.#schedule = new RampSchedule(config.tuning.ramp);
    this.#line = new WriteLine(config, 0, this.#tally, planOf);
    this.costMax = this.#schedule.ratePerSecond;
    this.#pace = this.#paceFor(this.costMax);
  }

  reserve(demand: Demand, nowMs: number): Reservation {
    this.#advance(nowMs);
    const reservation = this.#line.reserve(demand, nowMs, this.#pace);
    if (reservation.kind === "granted") this.#schedule.note(demand.cost, reservation.sendAtMs);
    return reservation;
  }

  depart(cost: number, nowMs: number): number {
    return this.#line.depart(cost, nowMs, this.#pace);
  }

  report(_outcome: Outcome, _nowMs: number): void {
    // The published rule looks at the clock only; `adaptive` looks at the answers.
  }

  state(nowMs: number): LimiterState {
    this.#advance(nowMs);
    return {
      strategy: "ramp",
      ratePerSecond: this.#pace.ratePerSecond,
      backlogMs: this.#tally.backlogMs(nowMs),
      circuit: "closed",
      counters: this.#tally.counters(),
    };
  }

  #advance(nowMs: number): void {
    this.#schedule.advance(nowMs);
    const windowLimit = this.#schedule.ratePerSecond;
    if (windowLimit !== this.#pace.windowLimit) this.#pace = this.#paceFor(windowLimit);
  }

  #paceFor(windowLimit: number): Pace {
    return { ratePerSecond: this.#line.rateFor(windowLimit), windowLimit, reason: "ramp" };
  }
}
