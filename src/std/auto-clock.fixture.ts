import type { Clock } from "./clock.ts";

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/**
 * For tests: a clock that jumps to the next sleeper as soon as nobody has anything else to do, so
 * hours pass in milliseconds and in the right order.
 */
export class AutoClock implements Clock {
  #nowMs = 0;
  #sleepers: Sleeper[] = [];
  readonly #wallStartMs: number;

  constructor(wallStartMs = Date.UTC(2026, 10, 23, 9, 30)) {
    this.#wallStartMs = wallStartMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallStartMs + this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper = { wakeAtMs: this.#nowMs + Math.max(0, durationMs), wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  /** Lets time pass until the work has settled, and returns what came of it. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { settled: false };
    const watch = work.then(
      () => (state.settled = true),
      () => (state.settled = true),
    );
    while (!state.settled) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!state.settled) this.#advance();
    }
    await watch;
    return work;
  }

  #advance(): void {
    const nextMs = Math.min(...this.#sleepers.map(({ wakeAtMs }) => wakeAtMs));
    if (!Number.isFinite(nextMs)) return;
    this.#nowMs = Math.max(this.#nowMs, nextMs);
    const due = this.#sleepers.filter(({ wakeAtMs }) => wakeAtMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ wakeAtMs }) => wakeAtMs > this.#nowMs);
    for (const { wake } of due) wake();
  }
}
