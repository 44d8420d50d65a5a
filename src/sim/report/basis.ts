import { z } from "zod";

/**
 * Whose figures a model reckoned with: nobody's, or those that a calibration found. "partly": some
 * of the figures that matter here were not found, and are assumed. The error is what the calibrated
 * model was off by on probes it had not been fitted to.
 */
const provenance = z.union([
  z.literal("assumed"),
  z.templateLiteral([
    z.enum(["", "partly "]),
    "calibrated on ",
    z.string(),
    ", error ",
    z.number(),
    "%",
  ]),
]);
export type Provenance = z.infer<typeof provenance>;

/**
 * How a figure came about. The emulator's own speed is never reported as Firestore's, and what was
 * measured through modelled limits or latencies says so, and by whose figures. Results written
 * before there were calibrations do not say these.
 */
export const basis = z.union([
  z.literal("modelled"),
  z.templateLiteral(["modelled, ", provenance]),
  /** Of users of whom each simulated one stands for so many. */
  z.templateLiteral(["modelled, cohorts of ", z.int()]),
  z.templateLiteral(["modelled, cohorts of ", z.int(), ", ", provenance]),
  z.templateLiteral([
    "measured on ",
    z.enum(["emulator", "embedded engine", "staging", "posed project"]),
    z.union([
      z.enum(["", ", limits modelled"]),
      z.templateLiteral([", limits modelled (", provenance, ")"]),
    ]),
    z.union([
      z.literal(""),
      z.templateLiteral([
        ", latency modelled (",
        z.enum(["us-central1", "nam5"]),
        ", ",
        provenance,
        ")",
      ]),
    ]),
  ]),
]);
export type Basis = z.infer<typeof basis>;

/** What a result tells of the calibration that its model reckoned with. */
export const calibrationFacts = z.strictObject({
  /** As it was named on the command line. */
  file: z.string(),
  /** Of its contents: eight hex digits. */
  hash: z.string(),
  date: z.string(),
  project: z.string(),
  database: z.string(),
  region: z.string(),
  /** What its predictions of probes that were kept from the fit were off by, in percent. */
  errorPercent: z.number().nonnegative(),
  /** Whether the fit itself says that the model is of another shape than what was measured. */
  lackOfFit: z.boolean(),
  /** The figures it found, in place of assumed ones. */
  constants: z.array(
    z.strictObject({
      id: z.string(),
      value: z.number(),
      low: z.number(),
      high: z.number(),
      unit: z.string(),
      limits: z.string(),
    }),
  ),
});
export type CalibrationFacts = z.infer<typeof calibrationFacts>;

/** The figures without which what is said of it is assumed, wholly or in part. */
const NEEDED = {
  latency: ["commit-p50", "commit-p99", "read-p50", "read-p99"],
  limits: ["document-write-ceiling", "document-patience", "range-headroom", "range-patience"],
} as const;

export type ModelScope = keyof typeof NEEDED | "model";

/** Whose figures the model reckoned with, where that matters to latencies, to limits or to both. */
export function provenanceOf(
  calibration: CalibrationFacts | undefined,
  scope: ModelScope,
): Provenance {
  if (calibration === undefined) return "assumed";
  const needed: readonly string[] =
    scope === "model" ? [...NEEDED.latency, ...NEEDED.limits] : NEEDED[scope];
  const found = needed.filter((id) => calibration.constants.some((one) => one.id === id));
  if (found.length === 0) return "assumed";
  const { date, errorPercent } = calibration;
  const part = found.length < needed.length ? "partly " : "";
  return `${part}calibrated on ${date}, error ${errorPercent}%`;
}
