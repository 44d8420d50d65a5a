import type { Clock } from "../../../src/std/clock.ts";

/**
 * Real time whose wall clock can be put right, as a station's can: what the service decides by the
 * hour of the day (whose signal falls due in which sweep) is then comparable.
 */
export class HandClock implements Clock {
  readonly #clock: Clock;
  #aheadMs = 0;

  constructor(clock: Clock, wallMs: number) {
    this.#clock = clock;
    this.setHands(wallMs);
  }

  /** How far it is ahead of the machine's own. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** From here on it is so late. */
  setHands(wallMs: number): void {
    this.#aheadMs = wallMs - this.#clock.wallMs();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  wallMs(): number {
    return this.#clock.wallMs() + this.#aheadMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(durationMs, signal);
  }
}
