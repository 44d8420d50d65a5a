import { MODEL_VERSION } from "../../firestore/capacity/constants.ts";
import { CALIBRATION_FORMAT, type CalibrationFile } from "./calibration-file.ts";
import type { ProbeFit } from "./fit/fit-probe.ts";
import { percent } from "./fit/found.ts";
import type { SavedProbe } from "./probe/probe-record.ts";
import type { ProbeRecord } from "./probe/run-probe.ts";

/** Figures are written with so many digits: more than any of them is worth. */
const DIGITS = 4;
/** Below this a millisecond's part is nothing. */
const LEAST = 1e-5;
/** A prober that was late for so many calls measured itself. */
const LATE_TOLERATED = 0.05;

/** The file, of what the fit of a probe came to. */
export function buildCalibration(
  fit: ProbeFit,
  { record, origin, deleted }: SavedProbe,
  commit: string,
): CalibrationFile {
  const { roundTripMs, found, notFound, heldOut, residuals, lackOfFit, error } = fit;
  const { samples } = record;
  const inFigures = ({ value, low, high, samples: count }: typeof roundTripMs) => ({
    value: rounded(value),
    low: rounded(low),
    high: rounded(high),
    samples: count,
  });
  const sum = (kinds: readonly string[]): number =>
    samples.reduce(
      (total, { kind, documents, outcome }) =>
        total + (kinds.includes(kind) && outcome === "OK" ? documents : 0),
      0,
    );
  return {
    format: CALIBRATION_FORMAT,
    date: origin.date,
    project: origin.project,
    database: origin.database,
    region: origin.region,
    target: origin.target,
    commit,
    modelVersion: MODEL_VERSION,
    seed: origin.seed,
    roundTripMs: inFigures(roundTripMs),
    constants: Object.fromEntries(found.map((one) => [one.id, inFigures(one)])),
    notFound: [...notFound],
    errorPercent: Number((100 * error).toPrecision(2)),
    heldOut: heldOut.map((one) => ({
      ...one,
      predicted: rounded(one.predicted),
      seen: rounded(one.seen),
    })),
    residuals: residuals.map((one) => ({ ...one, relative: Math.round(one.relative * 1e4) / 1e4 })),
    lackOfFit: [...lackOfFit, ...proberFaults(record)],
    operations: {
      reads: sum(["read"]),
      writes: sum(["commit", "document", "ramp"]),
      deletes: deleted,
      refused: samples.filter(({ outcome }) => outcome !== "OK").length,
    },
  };
}

function rounded(value: number): number {
  return value < LEAST ? 0 : Number(value.toPrecision(DIGITS));
}

/** What the prober's own machine did to the figures. */
function proberFaults({ samples, late, dropped, wasCut }: ProbeRecord): readonly string[] {
  const share = late / Math.max(1, samples.length + dropped);
  return [
    ...(share > LATE_TOLERATED
      ? [
          `The probe itself came late to ${percent(share)} of its calls: its machine was too busy, and latencies are in part its own.`,
        ]
      : []),
    ...(dropped > 0
      ? [`${dropped} calls were given up because too many before them were unfinished.`]
      : []),
    ...(wasCut ? ["The probe was ended early: what came after is not in the fit."] : []),
  ];
}
