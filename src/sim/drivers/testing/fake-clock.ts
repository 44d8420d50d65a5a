import type { Clock } from "../../../std/clock.ts";

/** A clock for unit tests that stands still until the test moves it. */
export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return WALL_START_MS + this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const sleeper: Sleeper = { wakeAtMs: this.#nowMs + durationMs, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  /** Number of sleeps under way. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Moves on to the moment, waking each sleeper at its own time and letting it act. */
  async advanceTo(momentMs: number): Promise<void> {
    await settle();
    for (let next = this.#next(momentMs); next; next = this.#next(momentMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.wakeAtMs);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, momentMs);
  }

  /** Time passes while nobody can act, as when the event loop is blocked. */
  stall(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  #next(momentMs: number): Sleeper | undefined {
    const due = [...this.#sleepers].filter(({ wakeAtMs }) => wakeAtMs <= momentMs);
    return due.sort((left, right) => left.wakeAtMs - right.wakeAtMs)[0];
  }
}

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

const WALL_START_MS = Date.UTC(2026, 0, 5, 14, 30);

/** Lets all promises that can settle do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
