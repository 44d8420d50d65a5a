import type { Clock } from "../../../std/clock.ts";

/** For readers that do one thing after another: who sleeps is at once that much later. */
export class LeapingClock implements Clock {
  #nowMs = 0;
  readonly #startMs: number;

  constructor(wallStartMs: number) {
    this.#startMs = wallStartMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#startMs + this.#nowMs;
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await Promise.resolve();
    this.#nowMs += Math.max(0, durationMs);
  }
}
