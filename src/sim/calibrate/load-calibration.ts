import { readFile } from "node:fs/promises";
import type { ModelConstants } from "../../firestore/capacity/constants.ts";
import { LIMITS } from "../../firestore/limits/limits.ts";
import { hashName } from "../../std/rng.ts";
import { UserError } from "../cli/errors.ts";
import type { CalibrationFacts } from "../report/basis.ts";
import { readCalibration, type CalibrationFile } from "./calibration-file.ts";

/** A calibration that a run reckons with. */
export interface Calibration {
  /** What a report tells of it. */
  readonly facts: CalibrationFacts;
  /** In place of the assumed ones. */
  readonly constants: Partial<ModelConstants>;
}

/** Reads the file of `--calibration`. @throws UserError that names every fault */
export async function loadCalibration(path: string): Promise<Calibration> {
  const result = readCalibration(await read(path));
  if (result.kind === "faulty") {
    throw bad(result.faults.map((fault) => `--calibration: ${path}: ${fault}`).join("\n"));
  }
  const { file, constants } = result;
  return { facts: factsOf(path, file), constants };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const message = `--calibration: "${path}" cannot be read: ${(error as Error).message}`;
    throw bad(message, error);
  }
}

function bad(message: string, cause?: unknown): UserError {
  const hint =
    "`npm run sim -- calibrate` writes such a file (docs/calibration.md). Nothing was run.";
  return new UserError("E_CALIBRATION_FILE", message, hint, { cause });
}

function factsOf(path: string, file: CalibrationFile): CalibrationFacts {
  const { date, project, database, region, errorPercent, lackOfFit } = file;
  const constants = Object.entries(file.constants).map(([id, { value, low, high }]) => {
    const { unit, limits } = LIMITS[id as keyof ModelConstants];
    return { id, value, low, high, unit, limits };
  });
  return {
    file: path,
    hash: hashName(file),
    date,
    project,
    database,
    region,
    errorPercent,
    lackOfFit: lackOfFit.length > 0,
    constants,
  };
}
