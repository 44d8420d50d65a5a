import { type ModelConstants, modelConstants } from "../../../firestore/capacity/constants.ts";
import { DocumentLocks, REFUSED_AT_MOST } from "../../../firestore/capacity/document-locks.ts";
import { LoadQueue } from "../../../firestore/capacity/load-queue.ts";
import { rangeRates } from "../../../firestore/capacity/range-rates.ts";
import type { QueuedCall, QueuePrediction } from "./queue-fit.ts";

/** The model's own locks, over writes to single documents: one for each lane. */
export function replayDocuments(
  calls: readonly QueuedCall[],
  constants: Partial<ModelConstants>,
): readonly (QueuePrediction | undefined)[] {
  const all = modelConstants(constants);
  const locks = new DocumentLocks(all);
  const known = new Set<number>();
  return calls.map(({ lane, sentMs, wasRefused }) => {
    if (!known.has(lane)) {
      // Who makes a document takes no lock.
      known.add(lane);
      locks.open(lane);
      return undefined;
    }
    const contention = locks.attempt(lane, sentMs);
    const foundMs = locks.waitMs(lane, sentMs);
    if (wasRefused) locks.refuse(lane, all["refused-work"], sentMs);
    else locks.hold(lane, sentMs);
    return { extraMs: foundMs + contention, foundMs, patienceMs: locks.patienceMs };
  });
}

/** The model's own queue of one range that is never split, over commits of several documents. */
export function replayRange(
  calls: readonly QueuedCall[],
  constants: Partial<ModelConstants>,
): readonly QueuePrediction[] {
  const all = modelConstants(constants);
  const queue = new LoadQueue(rangeRates(all), 0);
  const patienceMs = all["range-patience"];
  return calls.map(({ sentMs, documents, wasRefused }) => {
    const foundMs = queue.busyMs(sentMs);
    queue.commitWork = documents;
    const extraMs = Math.max(0, foundMs + queue.ownWorkMs);
    if (!wasRefused) queue.serve(documents, sentMs);
    else if (foundMs < REFUSED_AT_MOST * patienceMs)
      queue.serve(documents * all["refused-work"], sentMs);
    return { extraMs, foundMs, patienceMs };
  });
}
