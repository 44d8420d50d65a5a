import type { Clock } from "../../std/clock.ts";

class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/** The work's result, or a DeadlineError when it takes longer. The work itself goes on unwatched. */
export async function withDeadline<T>(
  clock: Clock,
  durationMs: number,
  what: string,
  work: Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const late = clock.sleep(durationMs, controller.signal).then(() => {
    throw new DeadlineError(`${what} took longer than ${durationMs} ms`);
  });
  // The timer is aborted below; what it then rejects with is of no interest.
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    controller.abort();
  }
}
