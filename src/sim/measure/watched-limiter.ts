import type {
  Demand,
  LimiterState,
  Outcome,
  Reservation,
  WriteLimiter,
} from "../../system/limiter/limiter.ts";
import type { LimiterWatch } from "./limiter-watch.ts";

/** A limiter that tells a watch, which may change between instances, of each of its answers. */
export class WatchedLimiter implements WriteLimiter {
  readonly #limiter: WriteLimiter;
  watch: LimiterWatch;

  constructor(limiter: WriteLimiter, watch: LimiterWatch) {
    this.#limiter = limiter;
    this.watch = watch;
  }

  get stagger(): WriteLimiter["stagger"] {
    return this.#limiter.stagger;
  }

  get unit(): WriteLimiter["unit"] {
    return this.#limiter.unit;
  }

  get costMax(): number {
    return this.#limiter.costMax;
  }

  reserve(demand: Demand, nowMs: number): Reservation {
    const answer = this.#limiter.reserve(demand, nowMs);
    this.watch.reserved(demand, answer, nowMs, this.#limiter.state(nowMs).ratePerSecond);
    return answer;
  }

  depart(cost: number, nowMs: number): number {
    return this.#limiter.depart(cost, nowMs);
  }

  report(outcome: Outcome, nowMs: number): void {
    this.#limiter.report(outcome, nowMs);
  }

  state(nowMs: number): LimiterState {
    return this.#limiter.state(nowMs);
  }
}
