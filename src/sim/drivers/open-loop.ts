import type { Clock } from "../../std/clock.ts";

/*
 * An open model: work arrives when it arrives, however slow the answers are. A closed loop would
 * wait for a slow server before asking again and so hide the very waiting it is to measure
 * (coordinated omission).
 */

/** One piece of work that was started. Times are on the monotonic clock. */
export interface Arrival {
  /** When it was due: its latency counts from here. */
  readonly intendedMs: number;
  readonly startedMs: number;
}

export interface OpenLoopOptions<Result> {
  /** Intended starts in milliseconds from `startMs`, ascending. */
  readonly arrivals: Iterable<number>;
  readonly startMs: number;
  readonly clock: Clock;
  /** Ends the loop at once: no more arrivals, and what is in flight is abandoned. */
  readonly signal: AbortSignal;
  /** An arrival that finds this many unfinished is dropped. */
  readonly maxInFlight: number;
  /** How long to wait after the last arrival for what is in flight. */
  readonly drainTimeoutMs: number;
  /** Does the work. Its signal aborts when it is abandoned. A rejection fails the whole loop. */
  readonly onArrival: (arrival: Arrival, signal: AbortSignal) => Promise<Result>;
  /** Each arrival ends in exactly one of these three. */
  readonly onCompleted: (arrival: Arrival, result: Result) => void;
  readonly onDropped: (intendedMs: number) => void;
  readonly onAbandoned: (arrival: Arrival) => void;
}

export interface OpenLoopSummary {
  /** All that fell due: completed + dropped + abandoned. */
  readonly arrivals: number;
  readonly completed: number;
  readonly dropped: number;
  readonly abandoned: number;
  /** Arrivals the generator itself came to more than LATE_MS after they were due. */
  readonly lateArrivals: number;
  readonly worstLatenessMs: number;
}

/** A generator later than this distorts the load it is to make. */
export const LATE_MS = 50;

/** After so many starts without a pause the loop lets answers in, or it would starve them. */
const STARTS_WITHOUT_PAUSE_MAX = 64;

/** Runs to the end of the arrivals and of what they started. An abort ends it early, normally. */
export async function runOpenLoop<Result>(
  options: OpenLoopOptions<Result>,
): Promise<OpenLoopSummary> {
  const loop = new OpenLoop(options);
  await loop.start();
  await loop.drain();
  return loop.finish();
}

class OpenLoop<Result> {
  readonly #options: OpenLoopOptions<Result>;
  readonly #inFlight = new Set<Arrival>();
  /** Aborts when the loop must end early: by the caller, or by a fault in the work. */
  readonly #halted = new AbortController();
  readonly #abandoned = new AbortController();
  #onEmpty = (): void => undefined;
  #fault: { readonly error: unknown } | undefined;
  #startsWithoutPause = 0;
  #completedCount = 0;
  #droppedCount = 0;
  #abandonedCount = 0;
  #arrivalCount = 0;
  #lateCount = 0;
  #worstLatenessMs = 0;

  constructor(options: OpenLoopOptions<Result>) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { signal, arrivals, startMs } = this.#options;
    if (signal.aborted) this.#halt();
    else signal.addEventListener("abort", this.#halt, { once: true });
    for (const offsetMs of arrivals) {
      await this.#waitUntil(startMs + offsetMs);
      if (this.#halted.signal.aborted) return;
      this.#arrive(startMs + offsetMs);
    }
  }

  async drain(): Promise<void> {
    const emptied = new AbortController();
    this.#onEmpty = () => emptied.abort();
    if (this.#inFlight.size > 0) {
      const signal = AbortSignal.any([emptied.signal, this.#halted.signal]);
      await this.#sleep(this.#options.drainTimeoutMs, signal);
    }
    const unfinished = [...this.#inFlight];
    this.#inFlight.clear();
    this.#abandoned.abort();
    for (const arrival of unfinished) {
      this.#abandonedCount += 1;
      this.#options.onAbandoned(arrival);
    }
  }

  finish(): OpenLoopSummary {
    this.#options.signal.removeEventListener("abort", this.#halt);
    if (this.#fault) throw this.#fault.error;
    return {
      arrivals: this.#arrivalCount,
      completed: this.#completedCount,
      dropped: this.#droppedCount,
      abandoned: this.#abandonedCount,
      lateArrivals: this.#lateCount,
      worstLatenessMs: this.#worstLatenessMs,
    };
  }

  readonly #halt = (): void => this.#halted.abort();

  async #waitUntil(dueMs: number): Promise<void> {
    const waitMs = dueMs - this.#options.clock.monotonicMs();
    if (waitMs > 0) {
      this.#startsWithoutPause = 0;
      await this.#sleep(waitMs, this.#halted.signal);
      return;
    }
    this.#startsWithoutPause += 1;
    if (this.#startsWithoutPause < STARTS_WITHOUT_PAUSE_MAX) return;
    this.#startsWithoutPause = 0;
    await this.#sleep(1, this.#halted.signal);
  }

  #arrive(intendedMs: number): void {
    const startedMs = this.#options.clock.monotonicMs();
    const latenessMs = Math.max(0, startedMs - intendedMs);
    this.#arrivalCount += 1;
    if (latenessMs > LATE_MS) this.#lateCount += 1;
    this.#worstLatenessMs = Math.max(this.#worstLatenessMs, latenessMs);
    if (this.#inFlight.size >= this.#options.maxInFlight) {
      this.#droppedCount += 1;
      this.#options.onDropped(intendedMs);
      return;
    }
    void this.#carryOut({ intendedMs, startedMs });
  }

  async #carryOut(arrival: Arrival): Promise<void> {
    this.#inFlight.add(arrival);
    try {
      const result = await this.#options.onArrival(arrival, this.#abandoned.signal);
      if (!this.#inFlight.delete(arrival)) return;
      this.#completedCount += 1;
      this.#options.onCompleted(arrival, result);
    } catch (error) {
      this.#fault ??= { error };
      this.#halt();
    }
    if (this.#inFlight.size === 0) this.#onEmpty();
  }

  /** Returns early when the signal aborts. */
  async #sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.clock.sleep(durationMs, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
