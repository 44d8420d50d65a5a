import type { Demand, Outcome, Reservation, WriteLimiter } from "../../system/limiter/limiter.ts";

/** What a limiter was asked for and answered, when. */
export interface Overheard {
  readonly atMs: number;
  readonly demand: Demand;
  readonly answer: Reservation;
}

/** The same limiter, with somebody listening to what it answers. */
export class OverheardLimiter implements WriteLimiter {
  readonly #limiter: WriteLimiter;
  readonly #onAnswer: (overheard: Overheard) => void;

  constructor(limiter: WriteLimiter, onAnswer: (overheard: Overheard) => void) {
    this.#limiter = limiter;
    this.#onAnswer = onAnswer;
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
    this.#onAnswer({ atMs: nowMs, demand, answer });
    return answer;
  }

  depart(cost: number, nowMs: number): number {
    return this.#limiter.depart(cost, nowMs);
  }

  report(outcome: Outcome, nowMs: number): void {
    this.#limiter.report(outcome, nowMs);
  }

  state(nowMs: number): ReturnType<WriteLimiter["state"]> {
    return this.#limiter.state(nowMs);
  }
}
