import type { ProbeSample } from "../probe/probe-sample.ts";
import type { HeldOut } from "./found.ts";
import { isWrong, type QueuedCall, type QueuePrediction } from "./queue-fit.ts";
import { median } from "./statistics.ts";

/** A call of the probe beside what the fitted model says of it. */
export interface PredictedCall {
  readonly sample: ProbeSample;
  readonly call: QueuedCall;
  readonly prediction: QueuePrediction;
}

/** A probe's call to a queue. `restMs`: what such a call takes where nobody waits. */
export function queuedCall(
  { sentMs, tookMs, outcome, lane, documents }: ProbeSample,
  restMs: number,
): QueuedCall {
  return { sentMs, extraMs: tookMs - restMs, wasRefused: outcome !== "OK", lane, documents };
}

/** The three lists side by side, without the calls of which nothing was predicted. */
export function predictedCalls(
  samples: readonly ProbeSample[],
  calls: readonly QueuedCall[],
  predictions: readonly (QueuePrediction | undefined)[],
): readonly PredictedCall[] {
  return samples.flatMap((sample, index) => {
    const [call, prediction] = [calls[index], predictions[index]];
    return call === undefined || prediction === undefined ? [] : [{ sample, call, prediction }];
  });
}

/** Those that were let through: how long they took beside how long they were to take. */
export function heldOutLatency(
  probe: string,
  answered: readonly PredictedCall[],
  restMs: number,
): HeldOut {
  return {
    probe,
    predicted: median(answered.map(({ prediction }) => restMs + prediction.extraMs)),
    seen: median(answered.map(({ sample }) => sample.tookMs)),
    unit: "ms (median)",
    samples: answered.length,
  };
}

/** The part of the calls that had another outcome than the model says. */
export function mismatchOf(calls: readonly PredictedCall[]): number {
  const others = calls.filter(({ call, prediction }) => isWrong(call, prediction));
  return others.length / Math.max(1, calls.length);
}
