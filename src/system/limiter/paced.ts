import type { LimiterConfig } from "./config.ts";
import type { Demand, LimiterState, Outcome, Reservation, WriteLimiter } from "./limiter.ts";
import { Tally } from "./tally.ts";
import type { PlanOf } from "./tenant-shares.ts";
import { type Pace, WriteLine } from "./write-line.ts";

/**
 * The 500/50/5 rule as the document's own text states it: at most batch_write_limit writes in any
 * second and doc_write_limit to any document, evenly spaced, and a cooldown of batch_cooldown_sec
 * only after the database showed pressure. In the cooldown the line moves at half its rate and
 * does not stop: a stop of 5 s would make every P&L update of those seconds ten times later than
 * its 500 ms target, and would end in the very burst that the limiter is there to prevent.
 */
export class PacedLimiter implements WriteLimiter {
  readonly stagger = "spread";
  readonly unit = "user";
  readonly costMax: number;
  readonly #cooldownMs: number;
  readonly #tally = new Tally();
  readonly #line: WriteLine;
  readonly #fullPace: Pace;
  readonly #cooldownPace: Pace;
  #cooldownUntilMs = Number.NEGATIVE_INFINITY;

  constructor(config: LimiterConfig, planOf: PlanOf) {
    this.#cooldownMs = config.batch_cooldown_sec * 1000;
    this.#line = new WriteLine(config, config.tuning.guardMs, this.#tally, planOf);
    const windowLimit = config.batch_write_limit;
    this.costMax = windowLimit;
    const ratePerSecond = this.#line.rateFor(windowLimit);
    this.#fullPace = { ratePerSecond, windowLimit, reason: "pace" };
    this.#cooldownPace = {
      ratePerSecond: ratePerSecond * config.tuning.cooldownRateFactor,
      windowLimit,
      reason: "cooldown",
    };
  }

  reserve(demand: Demand, nowMs: number): Reservation {
    return this.#line.reserve(demand, nowMs, this.#paceAt(nowMs));
  }

  depart(cost: number, nowMs: number): number {
    return this.#line.depart(cost, nowMs, this.#paceAt(nowMs));
  }

  report(outcome: Outcome, nowMs: number): void {
    if (outcome.status !== "resource-exhausted" && outcome.status !== "aborted") return;
    this.#cooldownUntilMs = nowMs + this.#cooldownMs;
  }

  state(nowMs: number): LimiterState {
    return {
      strategy: "paced",
      ratePerSecond: this.#paceAt(nowMs).ratePerSecond,
      backlogMs: this.#tally.backlogMs(nowMs),
      circuit: "closed",
      counters: this.#tally.counters(),
    };
  }

  #paceAt(nowMs: number): Pace {
    return nowMs < this.#cooldownUntilMs ? this.#cooldownPace : this.#fullPace;
  }
}
