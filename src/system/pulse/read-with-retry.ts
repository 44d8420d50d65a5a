import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { isRetryable } from "../store/status.ts";
import { StoreError } from "../store/store.ts";
import type { PulseConfig } from "./config.ts";
import { backOffMs } from "./retry.ts";

/** Reads are tried twice at most: a third try would come when its users' time is over. */
const READ_ATTEMPTS = 2;

export interface ReadPatience {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly retry: PulseConfig["retry"];
  readonly signal: AbortSignal;
}

/** Reads, and once more after a passing fault of the database. Rejects with the last error. */
export async function readWithRetry<T>(
  { clock, rng, retry, signal }: ReadPatience,
  read: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      const mayPass = error instanceof StoreError && isRetryable(error.code);
      if (!mayPass || attempt === READ_ATTEMPTS || signal.aborted) throw error;
      await clock.sleep(backOffMs(retry, attempt + 1, rng), signal);
    }
  }
}
