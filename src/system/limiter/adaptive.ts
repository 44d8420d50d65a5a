import { CircuitBreaker } from "./circuit-breaker.ts";
import type { LimiterConfig } from "./config.ts";
import { LatencyTrend } from "./latency-trend.ts";
import type { Demand, LimiterState, Outcome, Reservation, WriteLimiter } from "./limiter.ts";
import { Tally } from "./tally.ts";
import type { PlanOf } from "./tenant-shares.ts";
import type { LimiterTuning } from "./tuning.ts";
import { type Pace, WriteLine } from "./write-line.ts";

/** A share of fewer answers than this says nothing yet. */
const ANSWERS_MIN = 20;

/**
 * Finds the rate by itself, below batch_write_limit: additive increase, multiplicative decrease.
 * It slows by decreaseFactor, at most once per interval, when refusals pass pressureShare of the
 * answers or latency rises well above the usual, and recovers by increaseShare of the ceiling a
 * second after a quiet interval. When refusals persist all the same, the breaker opens.
 */
export class AdaptiveLimiter implements WriteLimiter {
  readonly stagger = "spread";
  readonly unit = "user";
  readonly costMax: number;
  readonly #tuning: LimiterTuning["adaptive"];
  readonly #tally = new Tally();
  readonly #line: WriteLine;
  readonly #breaker: CircuitBreaker;
  readonly #latency: LatencyTrend;
  readonly #windowLimit: number;
  readonly #ceilingPerSecond: number;
  readonly #leastPerSecond: number;
  #ratePerSecond: number;
  #nowMs = Number.NEGATIVE_INFINITY;
  /** Before this moment the rate neither falls again nor recovers. */
  #holdUntilMs = Number.NEGATIVE_INFINITY;
  #intervalEndMs = Number.NEGATIVE_INFINITY;
  #answers = 0;
  #refusals = 0;

  constructor(config: LimiterConfig, planOf: PlanOf) {
    const { adaptive, breaker, guardMs } = config.tuning;
    this.#tuning = adaptive;
    this.#line = new WriteLine(config, guardMs, this.#tally, planOf);
    this.#breaker = new CircuitBreaker(breaker);
    this.#latency = new LatencyTrend(adaptive.latencyTolerance, adaptive.latencyFloorMs);
    this.#windowLimit = config.batch_write_limit;
    this.costMax = this.#windowLimit;
    this.#ceilingPerSecond = this.#line.rateFor(this.#windowLimit);
    this.#leastPerSecond = this.#ceilingPerSecond * adaptive.minimumShare;
    this.#ratePerSecond = this.#ceilingPerSecond;
  }

  reserve(demand: Demand, nowMs: number): Reservation {
    this.#recover(nowMs);
    const retryAtMs = this.#breaker.retryAtMs(nowMs);
    if (retryAtMs !== undefined) {
      return this.#tally.refuse({
        kind: "refused",
        reason: "open-circuit",
        message: "the database keeps refusing writes, so none are sent for now; try again later",
        retryAtMs,
      });
    }
    const reservation = this.#line.reserve(demand, nowMs, this.#pace());
    // Only what the line lets through is a trial: what can never be sent gets no answer.
    if (reservation.kind === "granted") this.#breaker.admit();
    return reservation;
  }

  depart(cost: number, nowMs: number): number {
    return this.#line.depart(cost, nowMs, this.#pace(), this.#breaker.departAtMs(nowMs));
  }

  report(outcome: Outcome, nowMs: number): void {
    this.#recover(nowMs);
    const wasRefused = isRefusal(outcome.status);
    this.#breaker.record(wasRefused, nowMs - outcome.latencyMs, nowMs);
    if (outcome.status === "committed") this.#latency.add(outcome.latencyMs);
    this.#countAnswer(wasRefused, nowMs);
    if (nowMs < this.#holdUntilMs) return;
    if (this.#isPressed() || this.#latency.isRising()) this.#slow(nowMs);
  }

  state(nowMs: number): LimiterState {
    this.#recover(nowMs);
    return {
      strategy: "adaptive",
      ratePerSecond: this.#ratePerSecond,
      backlogMs: this.#tally.backlogMs(nowMs),
      circuit: this.#breaker.kindAt(nowMs),
      counters: this.#tally.counters(),
    };
  }

  #pace(): Pace {
    const isSlowed = this.#ratePerSecond < this.#ceilingPerSecond;
    return {
      ratePerSecond: this.#ratePerSecond,
      windowLimit: this.#windowLimit,
      reason: isSlowed ? "back-off" : "pace",
    };
  }

  /** Adds what the quiet time since the last call has earned. */
  #recover(nowMs: number): void {
    const quietMs = nowMs - Math.max(this.#nowMs, this.#holdUntilMs);
    this.#nowMs = nowMs;
    if (quietMs <= 0 || this.#ratePerSecond === this.#ceilingPerSecond) return;
    const gained = this.#ceilingPerSecond * this.#tuning.increaseShare * (quietMs / 1000);
    this.#ratePerSecond = Math.min(this.#ceilingPerSecond, this.#ratePerSecond + gained);
  }

  #countAnswer(wasRefused: boolean, nowMs: number): void {
    if (nowMs >= this.#intervalEndMs) {
      this.#intervalEndMs = nowMs + this.#tuning.intervalMs;
      this.#answers = 0;
      this.#refusals = 0;
    }
    this.#answers += 1;
    if (wasRefused) this.#refusals += 1;
  }

  #isPressed(): boolean {
    const answers = Math.max(this.#answers, ANSWERS_MIN);
    return this.#refusals > 0 && this.#refusals >= answers * this.#tuning.pressureShare;
  }

  #slow(nowMs: number): void {
    const slowed = this.#ratePerSecond * this.#tuning.decreaseFactor;
    this.#ratePerSecond = Math.max(this.#leastPerSecond, slowed);
    this.#holdUntilMs = nowMs + this.#tuning.intervalMs;
  }
}

function isRefusal(status: Outcome["status"]): boolean {
  switch (status) {
    case "aborted":
    case "resource-exhausted":
    case "unavailable":
      return true;
    case "committed":
    case "failed": // A fault of the write itself; slowing down does not mend it.
      return false;
  }
}
