/**
 * The port through which every part meets time. Real time lives in one adapter
 * (src/sim/clock/real-clock.ts, src/system/store/process-clock.ts for the deployed service); a
 * virtual clock implements the same four methods.
 */
export interface Clock {
  /** Milliseconds that only grow, with no meaning but their differences. Use for durations. */
  monotonicMs(): number;
  /** Milliseconds since 1970 UTC. Use for labels and document timestamps, never for durations. */
  wallMs(): number;
  /** Resolves `durationMs` later; rejects with the signal's reason when it aborts first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
