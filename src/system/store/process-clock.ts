import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../std/clock.ts";

/** The clock of the process the service is deployed in. */
export const processClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: async (durationMs, signal) => {
    try {
      await sleep(durationMs, undefined, { signal });
    } catch (error) {
      // The promise form rejects with its own AbortError; the port promises the signal's reason.
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
