import type { Clock } from "../../std/clock.ts";
import type { PulseWorker } from "../../system/pulse/sweep.ts";
import type { Store } from "../../system/store/store.ts";

export interface InstanceTraits {
  /** Whether the scenario lets instances die. */
  readonly isMortal: boolean;
  /** How far its wall clock is ahead. */
  readonly skewMs: number;
}

/**
 * One instance of the pulse's function, which may die if it is mortal. What it has asked for goes on
 * without it; it hears of no answer any more and wakes from no sleep, so nothing it had in hand is
 * ended properly.
 */
export class PulseInstance {
  readonly worker: PulseWorker;
  readonly clock: Clock;
  readonly store: Store;
  readonly death: Promise<void>;
  #isDead = false;
  #die: () => void;

  constructor(
    { clock, store }: { readonly clock: Clock; readonly store: Store },
    worker: PulseWorker,
    { isMortal, skewMs }: InstanceTraits,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.worker = worker;
    this.death = promise;
    this.#die = resolve;
    const own = skewMs === 0 ? clock : skewed(clock, skewMs);
    this.clock = isMortal ? this.#mortalClock(own) : own;
    this.store = isMortal ? this.#mortalStore(store) : store;
  }

  die(): void {
    this.#isDead = true;
    this.#die();
  }

  #mortalClock(clock: Clock): Clock {
    return {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      sleep: (durationMs, signal) => this.#ifAlive(() => clock.sleep(durationMs, signal)),
    };
  }

  #mortalStore(store: Store): Store {
    return {
      commit: (writes) => this.#ifAlive(() => store.commit(writes)),
      get: (paths) => this.#ifAlive(() => store.get(paths)),
      query: (query) => this.#ifAlive(() => store.query(query)),
      transaction: (body) =>
        this.#ifAlive(() =>
          store.transaction((transaction) => this.#ifAlive(() => body(transaction))),
        ),
    };
  }

  /** The dead begin nothing, and hear of nothing. */
  async #ifAlive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isDead) return never();
    try {
      const answer = await work();
      return this.#isDead ? await never() : answer;
    } catch (error) {
      if (this.#isDead) return never();
      throw error;
    }
  }
}

function skewed(clock: Clock, skewMs: number): Clock {
  return {
    monotonicMs: () => clock.monotonicMs(),
    wallMs: () => clock.wallMs() + skewMs,
    sleep: (durationMs, signal) => clock.sleep(durationMs, signal),
  };
}

/** One for each who waits: a shared one would keep all of them, and their runs, in memory. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
