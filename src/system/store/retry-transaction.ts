import { equalJitterBackOffMs, type BackOff } from "../../std/back-off.ts";
import { StoreError } from "./store.ts";

/** As many as the SDK's runTransaction makes by default. */
const ATTEMPTS_MAX = 5;
const BACK_OFF: BackOff = { baseMs: 200, factor: 2, capMs: 1600 };

/** The steps of a read-write transaction, each against the database. */
export interface TransactionSteps<Id, T> {
  /** `previous` is the attempt that was aborted: the next one has its priority. */
  begin(previous: Id | undefined): Promise<Id>;
  /** Runs the body and commits. */
  attempt(id: Id): Promise<T>;
  /**
   * Frees the locks of a failed attempt early. Must not reject: the server rolls back by itself,
   * and the attempt's error is the one to report.
   */
  rollback(id: Id): Promise<void>;
}

/** What the waits between attempts are made of. */
export interface Waiting {
  sleep(durationMs: number): Promise<unknown>;
  /** A number in [0, 1). */
  draw(): number;
}

/**
 * Runs a transaction. When the server aborts it (contention), it is rolled back and run again after
 * a wait, under the earlier attempt's priority.
 */
export async function retryTransaction<Id, T>(
  waiting: Waiting,
  steps: TransactionSteps<Id, T>,
): Promise<T> {
  let previous: Id | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const id = await steps.begin(previous);
    try {
      return await steps.attempt(id);
    } catch (error) {
      await steps.rollback(id);
      if (!isContention(error) || attempt === ATTEMPTS_MAX) throw error;
      previous = id;
      await waiting.sleep(equalJitterBackOffMs(BACK_OFF, attempt, waiting.draw()));
    }
  }
}

function isContention(error: unknown): boolean {
  return error instanceof StoreError && error.code === "ABORTED";
}
