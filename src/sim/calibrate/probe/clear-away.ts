import { StoreError, type Store } from "../../../system/store/store.ts";
import type { ProbeWatch } from "./run-probe.ts";

/** Deletes in one commit, and a second: below what any new collection takes. */
const BATCH = 100;
const PER_SECOND = 300;
const TRIES_MAX = 8;

/** Deletes what a probe wrote. Returns how many documents are left, when it was ended or gave up. */
export async function clearAway(
  paths: readonly string[],
  store: Pick<Store, "commit">,
  { clock, signal, onProgress }: ProbeWatch,
): Promise<number> {
  let done = 0;
  while (done < paths.length && !signal.aborted) {
    const batch = paths.slice(done, done + BATCH);
    if (!(await deleteAll(batch, store, clock, signal))) break;
    done += batch.length;
    onProgress?.(done, paths.length);
    await clock.sleep((1000 * batch.length) / PER_SECOND, signal).catch(() => undefined);
  }
  return paths.length - done;
}

async function deleteAll(
  paths: readonly string[],
  store: Pick<Store, "commit">,
  clock: ProbeWatch["clock"],
  signal: AbortSignal,
): Promise<boolean> {
  for (let attempt = 1; attempt <= TRIES_MAX && !signal.aborted; attempt += 1) {
    try {
      await store.commit(paths.map((path) => ({ kind: "delete", path })));
      return true;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // The ramp's own load may still be in the way.
      await clock.sleep(1000 * attempt, signal).catch(() => undefined);
    }
  }
  return false;
}
