import type { Demand, LimiterState, Outcome, Reservation, WriteLimiter } from "./limiter.ts";
import { Tally } from "./tally.ts";

/** `enable_rate_limiting: False`: everything goes at once, and nothing staggers the users. */
export class DisabledLimiter implements WriteLimiter {
  readonly stagger = "together";
  readonly unit = "user";
  readonly costMax = Number.POSITIVE_INFINITY;
  readonly #tally = new Tally();

  reserve(_demand: Demand, nowMs: number): Reservation {
    return this.#tally.grant(nowMs, nowMs, "pace");
  }

  depart(_cost: number, nowMs: number): number {
    return nowMs;
  }

  report(_outcome: Outcome, _nowMs: number): void {
    // Nothing adapts.
  }

  state(_nowMs: number): LimiterState {
    return {
      strategy: "disabled",
      ratePerSecond: Number.POSITIVE_INFINITY,
      backlogMs: 0,
      circuit: "closed",
      counters: this.#tally.counters(),
    };
  }
}
