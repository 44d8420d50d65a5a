import { provenanceOf, type CalibrationFacts } from "./basis.ts";
import type { Result } from "./result.ts";

/** Whose figures the model reckoned with, in a line: "assumed: …", or what was measured, where and when. */
export function modelInWords(calibration: CalibrationFacts | undefined): string {
  if (calibration === undefined) {
    return "assumed where Firestore publishes nothing; no calibration was given";
  }
  const { project, database, region, file, hash, lackOfFit, constants } = calibration;
  const doubt = lackOfFit ? "; the fit itself says that the model is of another shape" : "";
  return (
    `${provenanceOf(calibration, "model")}: ${constants.length} figures measured on ${project}/${database} ` +
    `in ${region}${doubt} (${file}, ${hash}); what it did not find is assumed`
  );
}

/** The same of a run; where nothing was asked of the model, it says that. */
export function modelOf({ target }: Result): string {
  return target.limits === "off" ? "none was asked" : modelInWords(target.calibration);
}

/** "assumed", or "calibrated on 2026-11-26, error 4%": behind the name of a location. */
export function latencyProvenance({ target }: Result): string {
  return provenanceOf(target.calibration, "latency");
}
