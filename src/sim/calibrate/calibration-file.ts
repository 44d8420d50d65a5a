import { z } from "zod";
import { checkConstants } from "../../firestore/capacity/constants-file.ts";
import { type ModelConstants, MODEL_VERSION } from "../../firestore/capacity/constants.ts";

/** What such a file begins with; a change that old readers would misread changes the number. */
export const CALIBRATION_FORMAT = "plimsoll-calibration/1";

const count = z.int().nonnegative();
const figure = z.number().nonnegative();

/** A figure as it was fitted; 95 of 100 such intervals hold the true one, if the model is right. */
const fitted = z.strictObject({
  value: figure,
  low: figure,
  high: figure,
  /** Samples that it was fitted to. */
  samples: count,
});

const calibrationSchema = z.strictObject({
  format: z.literal(CALIBRATION_FORMAT),
  /** The day of the probe (UTC). */
  date: z.iso.date(),
  project: z.string().min(1),
  database: z.string().min(1),
  /** Where the database says it lies, or where the operator says it does. */
  region: z.string().min(1),
  /** What was probed, for people: "Cloud Firestore", "a gateway posing as a project". */
  target: z.string(),
  /** Of Plimsoll, when it was fitted. */
  commit: z.string(),
  modelVersion: z.int(),
  seed: z.int(),
  /** Between client and database, estimated apart and taken off every latency: milliseconds. */
  roundTripMs: fitted,
  /** The model's figures that were found, by their IDs in docs/capacity.md. */
  constants: z.record(z.string(), fitted),
  /** Those that this probe cannot tell, and why. */
  notFound: z.array(z.strictObject({ id: z.string(), why: z.string() })),
  /** How far the fitted model's predictions were off, on probes that were kept from the fit: percent. */
  errorPercent: figure,
  /** Series by series: what was kept back, predicted and seen. */
  heldOut: z.array(
    z.strictObject({
      probe: z.string(),
      predicted: figure,
      seen: figure,
      unit: z.string(),
      samples: count,
    }),
  ),
  /** What is left of each series when the fit is taken off. */
  residuals: z.array(
    z.strictObject({
      probe: z.string(),
      /** Median of what is left, over the median that was predicted. */
      relative: z.number(),
      samples: count,
    }),
  ),
  /** Sentences that say where the model is of another shape than what was measured; none: nowhere. */
  lackOfFit: z.array(z.string()),
  /** What the probe cost the database. */
  operations: z.strictObject({ reads: count, writes: count, deletes: count, refused: count }),
});

/** calibration.json: what a probe of a project found of the model's figures. */
export type CalibrationFile = z.infer<typeof calibrationSchema>;

type ReadCalibration =
  | {
      readonly kind: "read";
      readonly file: CalibrationFile;
      readonly constants: Partial<ModelConstants>;
    }
  | { readonly kind: "faulty"; readonly faults: readonly string[] };

/** Whether the text means to be a calibration, and not a plain file of constants. */
export function isCalibration(text: string): boolean {
  return text.includes('"plimsoll-calibration/');
}

export function readCalibration(text: string): ReadCalibration {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return faulty(`is not JSON: ${(error as Error).message}`);
  }
  const parsed = calibrationSchema.safeParse(content);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `${path.length === 0 ? "the file" : path.join(".")}: ${message}`,
    );
    return faulty(...faults);
  }
  const file = parsed.data;
  if (file.modelVersion !== MODEL_VERSION) {
    return faulty(
      `modelVersion: is ${file.modelVersion}, and this is version ${MODEL_VERSION} of the model, in which figures mean something else. Calibrate anew`,
    );
  }
  const values = Object.entries(file.constants).map(([id, { value }]) => [id, value] as const);
  const checked = checkConstants(Object.fromEntries(values));
  if (checked.kind === "faulty") return faulty(...checked.faults);
  return { kind: "read", file, constants: checked.constants };
}

function faulty(...faults: readonly string[]): ReadCalibration {
  return { kind: "faulty", faults };
}
