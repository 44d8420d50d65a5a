import { minimise } from "./minimise.ts";

/** A call that may have waited for a lock or a range, in the order in which they were sent. */
export interface QueuedCall {
  readonly sentMs: number;
  /** Beyond round trip and what the call would have taken at rest; of refused ones nothing is known. */
  readonly extraMs: number;
  readonly wasRefused: boolean;
  /** Calls that share a lock or a range have the same. */
  readonly lane: number;
  readonly documents: number;
}

/** What the model says of one of them, after what really became of those before it. */
export interface QueuePrediction {
  /** What waiting and contention add. */
  readonly extraMs: number;
  /** What it finds in the queue: this is held against the patience. */
  readonly foundMs: number;
  readonly patienceMs: number;
}

/**
 * Runs the model over the calls as they were: what it predicts of each follows from when the others
 * were sent and whether they were let through. undefined: it says nothing of that call.
 */
export type Replay = (
  calls: readonly QueuedCall[],
  parameters: readonly number[],
) => readonly (QueuePrediction | undefined)[];

/** By how much a prediction is off: milliseconds of latency, or of patience where the outcome is another. */
function missBy(
  { extraMs, wasRefused }: QueuedCall,
  { extraMs: predicted, foundMs, patienceMs }: QueuePrediction,
): number {
  if (wasRefused) return Math.max(0, patienceMs - foundMs);
  // A latency far from the prediction is a latency far from the prediction, whatever its distance.
  return Math.abs(extraMs - predicted) + Math.max(0, foundMs - patienceMs);
}

/** What a wrong outcome counts for where ends of a search are compared: milliseconds. */
const WRONG_OUTCOME_MS = 200;

/** Whether the model, too, turns it away. */
export function isWrong({ wasRefused }: QueuedCall, prediction: QueuePrediction): boolean {
  return wasRefused !== prediction.foundMs > prediction.patienceMs;
}

/** Least absolute deviations, from several starts: a median's robustness, and no derivatives. */
export function fitQueue(
  calls: readonly QueuedCall[],
  replay: Replay,
  starts: readonly (readonly number[])[],
  weights?: Float64Array,
): readonly number[] {
  const logarithms = (values: readonly number[]) => values.map((value) => Math.log(value));
  const missOf = (at: readonly number[], wrongOutcomeMs: number): number => {
    const predictions = replay(calls, at.map(Math.exp));
    let sum = 0;
    for (let index = 0; index < calls.length; index += 1) {
      const prediction = predictions[index];
      const weight = weights === undefined ? 1 : (weights[index] as number);
      if (prediction === undefined || weight === 0) continue;
      const call = calls[index] as QueuedCall;
      sum += weight * missBy(call, prediction);
      if (wrongOutcomeMs > 0 && isWrong(call, prediction)) sum += weight * wrongOutcomeMs;
    }
    return sum;
  };
  // A search wants a slope everywhere, which outcomes have not.
  const objective = (at: readonly number[]): number => missOf(at, 0);
  const found = starts.map((start) => {
    const at = minimise(
      objective,
      logarithms(start),
      start.map(() => 0.25),
    );
    return { at, value: missOf(at, WRONG_OUTCOME_MS) };
  });
  const { at } = found.reduce((left, right) => (right.value < left.value ? right : left));
  // Where a simplex has drawn together too soon, a new one around its end goes on.
  const best = minimise(
    objective,
    at,
    at.map(() => 0.05),
  );
  return best.map(Math.exp);
}
