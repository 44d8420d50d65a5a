import type { ModelConstants } from "../../../firestore/capacity/constants.ts";
import type { ProbeSample } from "../probe/probe-sample.ts";
import {
  NOTHING,
  percent,
  type ConstantId,
  type FoundConstant,
  type HeldOut,
  type PartFit,
} from "./found.ts";
import {
  heldOutLatency,
  mismatchOf,
  predictedCalls,
  queuedCall,
  type PredictedCall,
} from "./predicted-calls.ts";
import { fitQueue, type QueuedCall } from "./queue-fit.ts";
import { replayRange } from "./replay-queues.ts";
import type { Bootstrap } from "./statistics.ts";
import { interval95, median, noNarrower, resampled } from "./statistics.ts";

const IDS = ["range-headroom", "range-burst", "range-patience"] as const;
const STARTS = [
  [1.12, 1000, 5000],
  [0.8, 500, 2000],
  [1.5, 500, 5000],
] as const;

/** So many refusals tell how long a commit waits before it is given up, and how it is refused. */
const REFUSALS_MIN = 20;
/** Commits in the ramp's last part that waited so much longer than at rest. */
const WAITS_FROM = 3;
/** Before the model splits anything: what is seen until here is one range. */
const ONE_RANGE_MS = 15_000;
/** A part of the outcomes that is other than the model's. */
const MISMATCH_TOLERATED = 0.15;
const RESIDUAL_TOLERATED = 0.15;

/** Fits what a new collection takes, before it is split. `restMs`: what such a commit takes at rest. */
export function fitRamp(
  samples: readonly ProbeSample[],
  restMs: number,
  { rng, replicates: count }: Bootstrap,
): PartFit {
  const beganMs = Math.min(...samples.map(({ sentMs }) => sentMs));
  const seen = samples.filter(({ sentMs }) => sentMs < beganMs + ONE_RANGE_MS);
  const refusals = seen.filter(({ outcome }) => outcome !== "OK");
  if (refusals.length < REFUSALS_MIN && !waited(seen, restMs)) return notDriven(seen);
  const calls = seen.map((sample) => ({ ...queuedCall(sample, restMs), lane: 0 }));
  const fitted = Float64Array.from(seen, ({ heldOut }) => (heldOut ? 0 : 1));
  const best = fitQueue(calls, replay, STARTS, fitted);
  const strata = seen.map(({ heldOut, outcome }) => `${heldOut} ${outcome === "OK"}`);
  const replicates = Array.from({ length: count }, () => {
    const weights = resampled(strata, rng).map((weight, index) => weight * (fitted[index] ?? 0));
    return fitQueue(calls, replay, [best], weights);
  });
  const samplesFitted = fitted.filter((weight) => weight > 0).length;
  const found = IDS.map((id, axis): FoundConstant => ({
    id,
    value: best[axis] ?? 0,
    ...noNarrower(
      best[axis] ?? 0,
      interval95(replicates.map((parameters) => parameters[axis] ?? 0)),
    ),
    samples: samplesFitted,
  }));
  const isPatienceSeen = refusals.length >= REFUSALS_MIN;
  const predicted = predictedCalls(seen, calls, replay(calls, best));
  return {
    found: isPatienceSeen
      ? [...found, abortedPart(refusals)]
      : found.filter(({ id }) => id !== "range-patience"),
    notFound: isPatienceSeen
      ? []
      : unseen(["range-patience", "shed-aborted"], "no commit waited so long that it was refused"),
    heldOut: heldOutOf(predicted, restMs),
    ...misfit(predicted, restMs),
  };
}

function notDriven(seen: readonly ProbeSample[]): PartFit {
  const why =
    seen.length === 0
      ? "no new collection was written to at once"
      : `a new collection took ${seen[0]?.cell ?? ""} without waiting: its range takes more`;
  return { ...NOTHING, notFound: unseen([...IDS, "shed-aborted"], why) };
}

function unseen(ids: readonly ConstantId[], why: string): PartFit["notFound"] {
  return ids.map((id) => ({ id, why }));
}

function waited(seen: readonly ProbeSample[], restMs: number): boolean {
  const last = seen.slice(-Math.ceil(seen.length / 4)).filter(({ outcome }) => outcome === "OK");
  return last.length >= 20 && median(last.map(({ tookMs }) => tookMs)) > WAITS_FROM * restMs;
}

function replay(calls: readonly QueuedCall[], [headroom, burst, patience]: readonly number[]) {
  const constants: Partial<ModelConstants> = {
    "range-headroom": headroom ?? 1,
    "range-burst": burst ?? 0,
    "range-patience": patience ?? 0,
  };
  return replayRange(calls, constants);
}

/** Of what was shed, the part that was ABORTED; with Wilson's interval for a part. */
function abortedPart(refusals: readonly ProbeSample[]): FoundConstant {
  const count = refusals.length;
  const value = refusals.filter(({ outcome }) => outcome === "ABORTED").length / count;
  const z = 1.96;
  const middle = (value + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const reach =
    (z / (1 + (z * z) / count)) *
    Math.sqrt((value * (1 - value)) / count + (z * z) / (4 * count * count));
  const [low, high] = [Math.max(0, middle - reach), Math.min(1, middle + reach)];
  return { id: "shed-aborted", value, low, high, samples: count };
}

function heldOutOf(predicted: readonly PredictedCall[], restMs: number): readonly HeldOut[] {
  const kept = predicted.filter(({ sample, call }) => sample.heldOut && !call.wasRefused);
  return kept.length === 0 ? [] : [heldOutLatency("commits to a new collection", kept, restMs)];
}

function misfit(
  predicted: readonly PredictedCall[],
  restMs: number,
): Pick<PartFit, "residuals" | "lackOfFit"> {
  const answered = predicted.filter(({ call }) => !call.wasRefused);
  const off = answered.map(({ call, prediction }) => Math.abs(call.extraMs - prediction.extraMs));
  const usual = restMs + median(answered.map(({ prediction }) => prediction.extraMs));
  const relative = median(off) / usual;
  const mismatch = mismatchOf(predicted);
  return {
    residuals: [{ probe: "a new collection", relative, samples: answered.length }],
    lackOfFit: [
      ...(relative > RESIDUAL_TOLERATED
        ? [
            `Commits to a new collection were off the fitted model by ${percent(relative)} of what they took: it does not serve at an even rate.`,
          ]
        : []),
      ...(mismatch > MISMATCH_TOLERATED
        ? [
            `${percent(mismatch)} of the commits to a new collection had another outcome than the fitted model says.`,
          ]
        : []),
    ],
  };
}
