import type { Clock } from "../../std/clock.ts";
import type { StartedProcess } from "../targets/machine.ts";

/**
 * Waits for a process, but not for ever: k6 hangs on syntax that it lacks, and builds go on. Gives how it
 * ended ("exit code 0"), or why it was ended ("did not end within 15 minutes", "was interrupted").
 */
export async function awaitEnd(
  process: StartedProcess,
  clock: Clock,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string> {
  const ended = new AbortController();
  const signals = signal === undefined ? [ended.signal] : [ended.signal, signal];
  let isOver = false;
  const outOfTime = clock.sleep(timeoutMs, AbortSignal.any(signals)).then(
    () => `did not end within ${formatTime(timeoutMs)}`,
    () => "was interrupted",
  );
  const own = process.ended.then((how) => {
    isOver = true;
    return how;
  });
  const ending = await Promise.race([own, outOfTime]);
  ended.abort();
  if (!isOver) {
    process.kill("SIGTERM");
    await own;
  }
  return ending;
}

function formatTime(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${ms / 1_000} s`;
}
