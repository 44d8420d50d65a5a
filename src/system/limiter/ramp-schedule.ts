import type { LimiterTuning } from "./tuning.ts";
import { HORIZON_MS } from "./write-window.ts";

const SECOND_MS = 1000;
/** Seconds kept: the horizon, and as many behind; a power of two. */
const RING_SECONDS = 2 ** Math.ceil(Math.log2((2 * HORIZON_MS) / SECOND_MS));

/**
 * The published ramp: at most 500 operations a second at first, half as many again after every 5
 * minutes. The 5 minutes are counted in busy seconds, those that carried at least the rate of the
 * step before (rate / factor): only load makes Firestore split its key ranges, so neither an idle
 * nor a nearly idle writer has earned the next step. The SDK's RateLimiter counts from its
 * construction, whatever the traffic.
 */
export class RampSchedule {
  readonly #ramp: LimiterTuning["ramp"];
  /** Writes granted for each second; a ring. */
  readonly #writes = new Float64Array(RING_SECONDS);
  /** The second that is still running; all before it have been counted. */
  #second = Number.NEGATIVE_INFINITY;
  /** Where in its second the ramp began; seconds are counted from there. */
  #originMs = 0;
  #busySeconds = 0;
  #ratePerSecond: number;

  constructor(ramp: LimiterTuning["ramp"]) {
    this.#ramp = ramp;
    this.#ratePerSecond = this.#rateAfter(0);
  }

  /** Writes a second allowed now. */
  get ratePerSecond(): number {
    return this.#ratePerSecond;
  }

  /** Counts the seconds that have passed. */
  advance(nowMs: number): void {
    if (this.#second === Number.NEGATIVE_INFINITY) {
      this.#originMs = nowMs;
      this.#second = 0;
      return;
    }
    const second = this.#secondOf(nowMs);
    // Beyond one turn of the ring every second is empty, and counts for nothing.
    const last = Math.min(second, this.#second + RING_SECONDS);
    for (; this.#second < last; this.#second += 1) {
      const index = this.#second % RING_SECONDS;
      if ((this.#writes[index] as number) >= this.#busyAt()) this.#busySeconds += 1;
      this.#writes[index] = 0;
      this.#ratePerSecond = this.#rateAfter(this.#busySeconds);
    }
    this.#second = second;
  }

  /** Writes have been granted for a moment not before now. */
  note(cost: number, sendAtMs: number): void {
    const index = this.#secondOf(sendAtMs) % RING_SECONDS;
    this.#writes[index] = (this.#writes[index] as number) + cost;
  }

  #secondOf(atMs: number): number {
    return Math.floor((atMs - this.#originMs) / SECOND_MS);
  }

  #busyAt(): number {
    return this.#ratePerSecond / this.#ramp.factor;
  }

  #rateAfter(busySeconds: number): number {
    const { startPerSecond, factor, periodSec, maximumPerSecond } = this.#ramp;
    const steps = Math.floor(busySeconds / periodSec);
    return Math.min(Math.floor(startPerSecond * factor ** steps), maximumPerSecond);
  }
}
