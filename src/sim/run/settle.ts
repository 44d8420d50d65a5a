import type { Clock } from "../../std/clock.ts";
import { enabledUsers } from "../../system/queries/pulse-queries.ts";
import { StoreError, type Store } from "../../system/store/store.ts";
import type { RunOutput } from "../cli/progress.ts";

export interface Settling {
  readonly clock: Clock;
  readonly store: Store;
  readonly output: RunOutput;
  readonly signal: AbortSignal;
  /** Keeps a sentence for the report. */
  readonly note: (text: string) => void;
}

/** Answers as quick as this, so many in a row, mean that nothing of the phase before is left. */
const CALM_MS = 250;
const CALM_ANSWERS = 3;
const PATIENCE_MS = 90_000;
const PAUSE_MS = 200;
/** Shown, and noted in the report, only when it takes longer than this. */
const NOTICEABLE_MS = 2_000;

/**
 * Waits until the database has worked off what an overloaded phase left behind: an emulator goes on
 * with queries whose clients have long given up, and what comes next would be charged for them.
 * Gives up waiting after a while, and says so: what comes next then shows what it shows.
 * `before` names what comes next, such as "high-volatility".
 */
export async function settle(settling: Settling, before: string): Promise<void> {
  const { clock, store, output, signal, note } = settling;
  const startMs = clock.monotonicMs();
  for (let calm = 0; calm < CALM_ANSWERS;) {
    const elapsedMs = clock.monotonicMs() - startMs;
    if (elapsedMs > PATIENCE_MS) {
      note(
        `The database had not settled after ${seconds(elapsedMs)}; ${before} began all the same.`,
      );
      return;
    }
    if (elapsedMs > NOTICEABLE_MS) output.live(() => ["  waiting for the database to settle"]);
    signal.throwIfAborted();
    calm = (await answersCalmly(clock, store)) ? calm + 1 : 0;
    if (calm < CALM_ANSWERS) await clock.sleep(PAUSE_MS, signal);
  }
  const waitedMs = clock.monotonicMs() - startMs;
  if (waitedMs > NOTICEABLE_MS) {
    note(`The database took ${seconds(waitedMs)} to settle before ${before}.`);
  }
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 1000)} s`;
}

async function answersCalmly(clock: Clock, store: Store): Promise<boolean> {
  const askedMs = clock.monotonicMs();
  try {
    await store.query(enabledUsers({ shards: "all", limit: 1 }));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return false;
  }
  return clock.monotonicMs() - askedMs < CALM_MS;
}
