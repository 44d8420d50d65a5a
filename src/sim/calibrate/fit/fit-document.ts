import type { ModelConstants } from "../../../firestore/capacity/constants.ts";
import type { ProbeSample } from "../probe/probe-sample.ts";
import {
  heldOutLatency,
  mismatchOf,
  predictedCalls,
  queuedCall,
  type PredictedCall,
} from "./predicted-calls.ts";
import { fitQueue, type QueuedCall } from "./queue-fit.ts";
import {
  BEYOND_CHANCE,
  NOTHING,
  percent,
  type ConstantId,
  type FoundConstant,
  type HeldOut,
  type PartFit,
} from "./found.ts";
import { replayDocuments } from "./replay-queues.ts";
import { groupBy, median, noNarrower, quantile } from "./statistics.ts";

const IDS = [
  "document-write-ceiling",
  "document-writes",
  "document-burst",
  "document-patience",
] as const;

/** Of how little and how much a document at rest takes at once, where the search begins: milliseconds. */
const BURSTS = [100, 500, 1500] as const;

/** So many refusals tell how long a write waits before it is given up. */
const REFUSALS_MIN = 10;
/** So much longer than at rest, writes wait. */
const WAITS_FROM = 2;
/** A part of the outcomes that is other than the model's: the law of the locks is another. */
const MISMATCH_TOLERATED = 0.15;

/** Two-sided 95% of Student's t, by degrees of freedom; beyond, the normal's. */
const STUDENT: readonly number[] = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

/** Fits how one document's writes wait for each other. `restMs`: what such a write takes at rest. */
export function fitDocument(samples: readonly ProbeSample[], restMs: number): PartFit {
  const calls = samples.map((sample) => queuedCall(sample, restMs));
  const shown = saturation(samples, restMs);
  if (shown === "none") {
    const fastest = Math.max(0, ...samples.map(({ cell }) => Number.parseFloat(cell)));
    const why =
      samples.length === 0
        ? "no document was written again and again"
        : `documents took ${fastest} writes a second without waiting: their ceiling is higher`;
    return { ...NOTHING, notFound: IDS.map((id) => ({ id, why })) };
  }
  const weightsWithout = (lane: number | undefined): Float64Array =>
    Float64Array.from(samples, (one) => (one.heldOut || one.lane === lane ? 0 : 1));
  const best = fitQueue(calls, replay, startsOf(samples, calls), weightsWithout(undefined));
  const lanes = [...new Set(samples.filter(({ heldOut }) => !heldOut).map(({ lane }) => lane))];
  const leftOut = lanes.map((lane) => fitQueue(calls, replay, [best], weightsWithout(lane)));
  const fitted = samples.filter(({ heldOut }) => !heldOut).length;
  const predicted = predictedCalls(samples, calls, replay(calls, best));
  const found = IDS.map((id, axis) => jackknifed(id, axis, best, leftOut, fitted));
  const isPatienceSeen = shown === "refusals";
  return {
    found: found.filter(({ id }) => isPatienceSeen || id !== "document-patience"),
    notFound: isPatienceSeen
      ? []
      : [{ id: "document-patience", why: "no write waited so long that it was refused" }],
    heldOut: heldOutOf(predicted, restMs),
    ...misfit(predicted, restMs),
  };
}

/** In the order of IDS: by how many writes a document took when it was offered most, and how long they waited. */
function startsOf(
  samples: readonly ProbeSample[],
  calls: readonly QueuedCall[],
): readonly (readonly number[])[] {
  const fastest = samples.filter(({ cell }) => cell === samples.at(-1)?.cell);
  const times = fastest.map(({ sentMs }) => sentMs);
  const seconds = Math.max(1, Math.max(...times) - Math.min(...times)) / 1000;
  const lanes = new Set(fastest.map(({ lane }) => lane)).size;
  const taken = fastest.filter(({ outcome }) => outcome === "OK").length;
  const ceiling = Math.max(0.1, taken / seconds / lanes);
  const waits = calls.filter(({ wasRefused }) => !wasRefused).map(({ extraMs }) => extraMs);
  const patience = Math.max(10, quantile(waits, 0.98));
  return BURSTS.map((burst) => [ceiling, Math.min(1, ceiling / 2), burst, patience]);
}

/** Of the parameters in the order of IDS; in the search they are all above 0. */
function constantsOf([
  ceiling,
  onset,
  burst,
  patience,
]: readonly number[]): Partial<ModelConstants> {
  return {
    "document-write-ceiling": ceiling ?? 1,
    "document-writes": onset ?? 1,
    "document-burst": burst ?? 0,
    "document-patience": patience ?? 0,
  };
}

function replay(calls: readonly QueuedCall[], parameters: readonly number[]) {
  return replayDocuments(calls, constantsOf(parameters));
}

/** How far the documents were driven: nothing seen, waiting, or refusals as well. */
function saturation(
  samples: readonly ProbeSample[],
  restMs: number,
): "none" | "waits" | "refusals" {
  const refused = samples.filter(({ outcome }) => outcome !== "OK").length;
  if (refused >= REFUSALS_MIN) return "refusals";
  const waits = [...groupBy(samples, ({ cell }) => cell).values()].some((calls) => {
    const answered = calls.filter(({ outcome }) => outcome === "OK");
    return (
      answered.length >= 20 && median(answered.map(({ tookMs }) => tookMs)) > WAITS_FROM * restMs
    );
  });
  return waits ? "waits" : "none";
}

/** By what comes of it when one document at a time is left out (Tukey's jackknife). */
function jackknifed(
  id: ConstantId,
  axis: number,
  best: readonly number[],
  leftOut: readonly (readonly number[])[],
  samples: number,
): FoundConstant {
  const value = best[axis] ?? 0;
  const count = leftOut.length;
  const values = leftOut.map((parameters) => parameters[axis] ?? 0);
  const middle = values.reduce((sum, one) => sum + one, 0) / Math.max(1, count);
  const squares = values.reduce((sum, one) => sum + (one - middle) ** 2, 0);
  const error = count < 2 ? value : Math.sqrt(((count - 1) / count) * squares);
  const reach = (STUDENT[count - 2] ?? 1.96) * error;
  const low = Math.max(0, value - reach);
  return { id, value, ...noNarrower(value, { low, high: value + reach }), samples };
}

/** Whole documents that the fit has not seen: how many writes they took, and how long these took. */
function heldOutOf(predicted: readonly PredictedCall[], restMs: number): readonly HeldOut[] {
  const kept = predicted.filter(({ sample }) => sample.heldOut);
  if (kept.length === 0) return [];
  const answered = kept.filter(({ call }) => !call.wasRefused);
  return [
    {
      probe: "writes that one document took",
      predicted: kept.filter(({ prediction }) => prediction.foundMs <= prediction.patienceMs)
        .length,
      seen: answered.length,
      unit: "writes",
      samples: kept.length,
    },
    heldOutLatency("writes to one document", answered, restMs),
  ];
}

/** Step by step: how far the waits are from the model's, and how often the outcome is another. */
function misfit(
  predicted: readonly PredictedCall[],
  restMs: number,
): Pick<PartFit, "residuals" | "lackOfFit"> {
  const steps = [...groupBy(predicted, ({ sample }) => sample.cell)].map(([cell, calls]) => ({
    cell,
    ...stepMisfit(calls, restMs),
  }));
  return {
    residuals: steps.map(({ cell, relative, samples: count }) => ({
      probe: `one document: ${cell}`,
      relative,
      samples: count,
    })),
    lackOfFit: steps.flatMap(({ cell, relative, chance, mismatch }) => [
      ...(Math.abs(relative) > Math.max(0.25, BEYOND_CHANCE * chance)
        ? [
            `At ${cell}, writes to one document took ${percent(Math.abs(relative))} ${relative > 0 ? "longer" : "shorter"} than the fitted model says: its locks follow another law.`,
          ]
        : []),
      ...(mismatch > MISMATCH_TOLERATED
        ? [
            `At ${cell}, ${percent(mismatch)} of the writes to one document had another outcome than the fitted model says.`,
          ]
        : []),
    ]),
  };
}

function stepMisfit(pairs: readonly PredictedCall[], restMs: number) {
  const answered = pairs.filter(({ call }) => !call.wasRefused);
  const left = answered.map(({ call, prediction }) => call.extraMs - prediction.extraMs);
  const predicted = restMs + median(answered.map(({ prediction }) => prediction.extraMs));
  const middle = median(left);
  const spread = 1.4826 * median(left.map((one) => Math.abs(one - middle)));
  return {
    relative: left.length === 0 ? 0 : middle / predicted,
    // A median's standard error is a quarter more than a mean's.
    chance: (1.25 * spread) / Math.sqrt(Math.max(1, left.length)) / predicted,
    mismatch: mismatchOf(pairs),
    samples: pairs.length,
  };
}
