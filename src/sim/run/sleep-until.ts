import type { Clock } from "../../std/clock.ts";

/** False when the signal came first. */
export async function sleepUntil(
  clock: Clock,
  atMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false;
  const waitMs = atMs - clock.monotonicMs();
  if (waitMs <= 0) return true;
  return clock.sleep(waitMs, signal).then(
    () => true,
    () => false,
  );
}
