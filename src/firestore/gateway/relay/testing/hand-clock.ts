import type { Clock } from "../../../../std/clock.ts";

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** A clock that a test moves by hand; what happens on the network meanwhile takes no time. */
export class HandClock implements Clock {
  #nowMs = 0;
  #sleepers: Sleeper[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Date.UTC(2026, 10, 25) + this.#nowMs;
  }

  /** Sleepers that wait for at most so long from now: what a test may expect to see. */
  sleepersWithin(durationMs: number): number {
    return this.#sleepers.filter(({ wakeAtMs }) => wakeAtMs <= this.#nowMs + durationMs).length;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper = { wakeAtMs: this.#nowMs + durationMs, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
    const due = this.#sleepers.filter(({ wakeAtMs }) => wakeAtMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ wakeAtMs }) => wakeAtMs > this.#nowMs);
    for (const { wake } of due) wake();
  }
}
