import type { Demand, Reservation, WriteLimiter } from "../../system/limiter/limiter.ts";
import { ForwardingLimiter } from "../measure/forwarding-limiter.ts";

/** What a limiter was asked for and answered, when. */
export interface Overheard {
  readonly atMs: number;
  readonly demand: Demand;
  readonly answer: Reservation;
}

/** The same limiter, with somebody listening to what it answers. */
export class OverheardLimiter extends ForwardingLimiter {
  protected readonly inner: WriteLimiter;
  readonly #onAnswer: (overheard: Overheard) => void;

  constructor(limiter: WriteLimiter, onAnswer: (overheard: Overheard) => void) {
    super();
    this.inner = limiter;
    this.#onAnswer = onAnswer;
  }

  override reserve(demand: Demand, nowMs: number): Reservation {
    const answer = this.inner.reserve(demand, nowMs);
    this.#onAnswer({ atMs: nowMs, demand, answer });
    return answer;
  }
}
