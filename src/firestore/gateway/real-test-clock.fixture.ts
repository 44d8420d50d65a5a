import type { Clock } from "../../std/clock.ts";

/** For tests with real clients, whose own timers are real: the machine's time, which may jump ahead. */
export class RealTestClock implements Clock {
  #aheadMs = 0;

  monotonicMs(): number {
    return performance.now() + this.#aheadMs;
  }

  wallMs(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Later than it is. */
  setMonotonic(nowMs: number): void {
    this.#aheadMs = Math.max(this.#aheadMs, nowMs - performance.now());
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = setTimeout(resolve, durationMs);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    });
  }
}
