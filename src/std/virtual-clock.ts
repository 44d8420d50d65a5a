import { assert, AssertionError } from "./assert.ts";
import type { Clock } from "./clock.ts";
import { EventHeap, type Scheduled } from "./event-heap.ts";

/** What a virtual clock needs of the process it lives in. */
export interface Turns {
  /** Calls back once every promise that can settle by itself has settled. */
  afterPromises(callback: () => void): void;
  /** Calls back once the process has also attended to its signals and files. */
  afterWorld(callback: () => void): void;
}

interface Sleeper {
  readonly wake: () => void;
  readonly reject: (reason: unknown) => void;
  /** What would end the sleep early. */
  readonly signal: AbortSignal | undefined;
}

/** Events after which the process may attend to signals and files. */
const EVENTS_BETWEEN_WORLDS = 4096;
/** Turns without an event, and without an end of the work, after which it can only be stuck. */
const IDLE_TURNS_MAX = 1000;
/** Events of one moment, after which time has come to a stop. */
const EVENTS_OF_A_MOMENT_MAX = 10_000_000;

/**
 * Time that jumps from event to event: hours pass as fast as what happens in them can be worked
 * off, in the same order every time. Time moves only within `run`, one sleeper at a time: the
 * earliest, of one moment the one that slept first; and only when everything that the one before it
 * has set going has come to rest.
 */
export class VirtualClock implements Clock {
  readonly #turns: Turns;
  readonly #wallStartMs: number;
  readonly #sleepers = new EventHeap<Sleeper>();
  /** Signals that are listened to: once for all of a signal's sleepers, who are looked for then. */
  readonly #heard = new Map<AbortSignal, () => void>();
  /** The one asked about last; the next is mostly the same. */
  #lastHeard: AbortSignal | undefined;
  #nowMs = 0;
  #events = 0;

  /** `wallStartMs`: the wall time, milliseconds since 1970 UTC, at the clock's monotonic 0. */
  constructor(turns: Turns, wallStartMs: number) {
    this.#turns = turns;
    this.#wallStartMs = wallStartMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallStartMs + this.#nowMs;
  }

  /** Sleepers woken so far. */
  get events(): number {
    return this.#events;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    // As on the real clock: who need not wait goes on at once, ahead of whoever else is due now.
    if (durationMs <= 0) return Promise.resolve();
    assert(durationMs < Number.POSITIVE_INFINITY, `sleep(${durationMs}): no moment to wake at`);
    if (signal !== undefined && signal !== this.#lastHeard) this.#hear(signal);
    return new Promise((resolve, reject) => {
      this.#sleepers.push(this.#nowMs + durationMs, { wake: resolve, reject, signal });
    });
  }

  /**
   * Lets time pass until the work has settled, and gives what came of it. Rejects with an
   * AssertionError when the work waits for something that no passing of time will bring.
   */
  run<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settle = (end: () => void): void => {
        isSettled = true;
        this.#hearNobody();
        end();
      };
      work.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
      const fail = (message: string): void => settle(() => reject(new AssertionError(message)));
      this.#drive(() => isSettled, fail);
    });
  }

  #drive(isSettled: () => boolean, fail: (message: string) => void): void {
    let untilWorld = EVENTS_BETWEEN_WORLDS;
    let idleTurns = 0;
    let ofThisMoment = 0;
    const step = (): void => {
      if (isSettled()) return;
      const next = this.#sleepers.pop();
      if (next === undefined) {
        idleTurns += 1;
        if (idleTurns > IDLE_TURNS_MAX) fail("nobody sleeps, and the work has not ended");
        else this.#turns.afterWorld(step);
        return;
      }
      idleTurns = 0;
      ofThisMoment = next.atMs > this.#nowMs ? 0 : ofThisMoment + 1;
      if (ofThisMoment > EVENTS_OF_A_MOMENT_MAX) {
        fail(`time has stood still at ${this.#nowMs} ms for ${ofThisMoment} events`);
        return;
      }
      this.#wake(next);
      untilWorld -= 1;
      if (untilWorld > 0) {
        this.#turns.afterPromises(step);
        return;
      }
      untilWorld = EVENTS_BETWEEN_WORLDS;
      this.#turns.afterWorld(step);
    };
    // Whatever the work does before it first waits comes first.
    this.#turns.afterWorld(step);
  }

  #wake(scheduled: Scheduled<Sleeper>): void {
    const { wake } = scheduled.event as Sleeper;
    this.#nowMs = scheduled.atMs;
    this.#events += 1;
    wake();
  }

  #hear(signal: AbortSignal): void {
    this.#lastHeard = signal;
    if (this.#heard.has(signal)) return;
    const onAbort = (): void => {
      this.#heard.delete(signal);
      for (const scheduled of this.#sleepers.matching((sleeper) => sleeper.signal === signal)) {
        scheduled.event?.reject(signal.reason);
        this.#sleepers.cancel(scheduled);
      }
    };
    this.#heard.set(signal, onAbort);
    signal.addEventListener("abort", onAbort, { once: true });
  }

  /** A signal that outlives the run would keep the clock, and all that sleeps by it, in memory. */
  #hearNobody(): void {
    for (const [signal, onAbort] of this.#heard) signal.removeEventListener("abort", onAbort);
    this.#heard.clear();
    this.#lastHeard = undefined;
  }
}
