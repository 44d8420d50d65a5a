import { MODEL_VERSION } from "../../firestore/capacity/constants.ts";
import type { CalibrationFile } from "./calibration-file.ts";

/** As `calibrate` writes one, with made-up figures. */
export function calibrationFile(changes: Partial<CalibrationFile> = {}): CalibrationFile {
  const fitted = (value: number) => ({
    value,
    low: value * 0.95,
    high: value * 1.05,
    samples: 500,
  });
  return {
    format: "plimsoll-calibration/1",
    date: "2026-11-26",
    project: "somebodys-staging",
    database: "(default)",
    region: "europe-west3",
    target: "Cloud Firestore",
    commit: "1394c84",
    modelVersion: MODEL_VERSION,
    seed: 1,
    roundTripMs: fitted(3),
    constants: {
      "commit-p50": fitted(31),
      "commit-p99": fitted(95),
      "read-p50": fitted(14),
      "read-p99": fitted(48),
    },
    notFound: [{ id: "split-hold", why: "the probe was too short" }],
    errorPercent: 4.2,
    heldOut: [{ probe: "commit", predicted: 31, seen: 32, unit: "ms", samples: 100 }],
    residuals: [{ probe: "commit of 1 document", relative: 0.01, samples: 300 }],
    lackOfFit: [],
    operations: { reads: 800, writes: 3000, deletes: 900, refused: 40 },
    ...changes,
  };
}
