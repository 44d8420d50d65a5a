import { CapacityModel } from "../../../firestore/capacity/capacity-model.ts";
import { type ModelConstants, modelConstants } from "../../../firestore/capacity/constants.ts";
import type { Rng } from "../../../std/rng.ts";
import type { ProbeSample } from "../probe/probe-sample.ts";
import { NOTHING, type PartFit } from "./found.ts";

/** A ramp that is shorter than this ends before a split could show. */
const RAMP_MIN_MS = 90_000;
const BIN_MS = 10_000;
const HOLD_MAX_MS = 120_000;
/** Of all that was taken, a prediction of equally good splits is off by no more. */
const TOLERATED = 0.004;
/** A collection that grew by less than this was not split while it was watched. */
const GROWTH_MIN = 1.1;

/**
 * Fits how long a range was hot before it was split, by what a new collection took second after
 * second: a split makes nothing faster at once, but what is served grows from then on. The model
 * looks at its ranges at the ends of windows only, so no hold can be told from another within one.
 */
export function fitSplit(
  samples: readonly ProbeSample[],
  found: Partial<ModelConstants>,
  rng: Rng,
): PartFit {
  const beganMs = samples[0]?.sentMs ?? 0;
  const lastedMs = (samples.at(-1)?.sentMs ?? 0) - beganMs;
  const not = (why: string): PartFit => ({ ...NOTHING, notFound: [{ id: "split-hold", why }] });
  if (lastedMs < RAMP_MIN_MS) {
    return not(
      "the ramp ended before a split could show; a long probe (--probe long) looks for it",
    );
  }
  const seen = binned(samples, beganMs, (sample) => sample.outcome === "OK");
  const whole = seen.slice(0, Math.floor(lastedMs / BIN_MS));
  const [first = 0, last = 0] = [whole[1], whole.at(-1)];
  if (last < GROWTH_MIN * first) return not("a new collection did not come to serve more");
  const windowMs = modelConstants(found)["load-window"];
  const tries: { readonly holdMs: number; readonly off: number }[] = [];
  for (let holdMs = windowMs / 2; holdMs <= HOLD_MAX_MS; holdMs += windowMs) {
    const admitted = replayRamp(samples, { ...found, "split-hold": holdMs }, rng.fork("keys"));
    const predicted = binned(samples, beganMs, (_, index) => admitted[index] === true);
    const off = whole.reduce((sum, taken, bin) => sum + Math.abs(taken - (predicted[bin] ?? 0)), 0);
    tries.push({ holdMs, off });
  }
  const best = tries.reduce((left, right) => (right.off < left.off ? right : left));
  const total = whole.reduce((sum, taken) => sum + taken, 0);
  const good = tries.filter(({ off }) => off <= best.off + TOLERATED * total);
  const holds = good.map(({ holdMs }) => holdMs);
  return {
    ...NOTHING,
    found: [
      {
        id: "split-hold",
        value: best.holdMs,
        low: Math.min(...holds) - windowMs / 2,
        high: Math.max(...holds) + windowMs / 2,
        samples: samples.length,
      },
    ],
    residuals: [
      { probe: "what a new collection takes", relative: best.off / total, samples: samples.length },
    ],
    lackOfFit:
      best.off > 0.1 * total
        ? ["What a new collection takes does not grow as the model says, whenever it is split."]
        : [],
  };
}

/** Documents by stretches of time. */
function binned(
  samples: readonly ProbeSample[],
  beganMs: number,
  counts: (sample: ProbeSample, index: number) => boolean,
): readonly number[] {
  const bins: number[] = [];
  for (const [index, sample] of samples.entries()) {
    if (!counts(sample, index)) continue;
    const bin = Math.floor((sample.sentMs - beganMs) / BIN_MS);
    bins[bin] = (bins[bin] ?? 0) + sample.documents;
  }
  return Array.from(bins, (count) => count ?? 0);
}

/** Which of the commits the model lets through, when the same come at the same times. */
function replayRamp(
  samples: readonly ProbeSample[],
  constants: Partial<ModelConstants>,
  rng: Rng,
): readonly boolean[] {
  const model = new CapacityModel(modelConstants(constants), 1);
  const space = model.documentSpace("ramp", samples[0]?.sentMs ?? 0);
  return samples.map(({ sentMs, documents }) => {
    model.begin(sentMs);
    for (let document = 0; document < documents; document += 1) {
      model.newDocument(space, `ramp/${rng.next().toString(36).slice(2, 12)}`);
      model.endWrite();
    }
    return model.decide() >= 0;
  });
}
