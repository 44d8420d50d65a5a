import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";

/** Node fires a timer with a longer delay at once (https://nodejs.org/api/timers.html). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time: with the deployed service's clock, the only place that asks for it. */
export function createRealClock(): Clock {
  return { monotonicMs: () => performance.now(), wallMs: () => Date.now(), sleep };
}

async function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  assert(durationMs <= LONGEST_TIMER_MS, `sleep(${durationMs}): longer than a timer can be`);
  const wakeAtMs = performance.now() + durationMs;
  // Timers count whole milliseconds and may fire a fraction early: never resolve before the time.
  for (let leftMs = durationMs; leftMs > 0; leftMs = wakeAtMs - performance.now()) {
    await timer(Math.ceil(leftMs), signal);
  }
  signal?.throwIfAborted();
}

function timer(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(handle);
      reject(signal?.reason);
    };
    const handle = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, durationMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
