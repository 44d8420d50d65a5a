import type {
  Demand,
  LimiterState,
  Outcome,
  Reservation,
  WriteLimiter,
} from "../../system/limiter/limiter.ts";

/** A limiter that leaves everything to another one: whoever stands before it changes what it must. */
export abstract class ForwardingLimiter implements WriteLimiter {
  /** Whoever answers at present. */
  protected abstract readonly inner: WriteLimiter;

  get stagger(): WriteLimiter["stagger"] {
    return this.inner.stagger;
  }

  get unit(): WriteLimiter["unit"] {
    return this.inner.unit;
  }

  get costMax(): number {
    return this.inner.costMax;
  }

  reserve(demand: Demand, nowMs: number): Reservation {
    return this.inner.reserve(demand, nowMs);
  }

  depart(cost: number, nowMs: number): number {
    return this.inner.depart(cost, nowMs);
  }

  report(outcome: Outcome, nowMs: number): void {
    this.inner.report(outcome, nowMs);
  }

  state(nowMs: number): LimiterState {
    return this.inner.state(nowMs);
  }
}
