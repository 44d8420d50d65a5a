import type { Clock } from "../../std/clock.ts";

/** For tests with real clients, whose own timers are real: the machine's time, or a faster one. */
export class RealTestClock implements Clock {
  readonly #speed: number;

  /** `speed`: milliseconds of this clock in one of the machine's. */
  constructor(speed = 1) {
    this.#speed = speed;
  }

  monotonicMs(): number {
    return performance.now() * this.#speed;
  }

  wallMs(): number {
    return Date.now();
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = setTimeout(resolve, durationMs / this.#speed);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    });
  }
}
