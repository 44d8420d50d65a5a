import type {
  Demand,
  LimiterState,
  Outcome,
  Reservation,
  WriteLimiter,
} from "../../system/limiter/limiter.ts";

/** The limiter of whichever instance of the pulse is alive: each begins with a new one. */
export class RenewableLimiter implements WriteLimiter {
  readonly #create: () => WriteLimiter;
  #limiter: WriteLimiter;

  constructor(create: () => WriteLimiter) {
    this.#create = create;
    this.#limiter = create();
  }

  renew(): void {
    this.#limiter = this.#create();
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
    return this.#limiter.reserve(demand, nowMs);
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
