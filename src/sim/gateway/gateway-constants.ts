import { readConstantsFile } from "../../firestore/capacity/constants-file.ts";
import type { ModelConstants } from "../../firestore/capacity/constants.ts";
import { isCalibration, readCalibration } from "../calibrate/calibration-file.ts";
import { UserError } from "../cli/errors.ts";
import type { Machine } from "../targets/machine.ts";

export interface GatewayConstants {
  readonly constants: Partial<ModelConstants>;
  /** For people: where they are from and how many; empty where none were given. */
  readonly description: string;
}

/** Reads the figures of the model that are to differ. @throws UserError */
export async function loadGatewayConstants(
  machine: Machine,
  path: string | null,
): Promise<GatewayConstants> {
  if (path === null) return { constants: {}, description: "" };
  const text = await read(machine, path);
  const result = isCalibration(text) ? readCalibration(text) : readConstantsFile(text);
  if (result.kind === "faulty") {
    throw new UserError(
      "E_CONSTANTS_FILE",
      result.faults.map((fault) => `${path}: ${fault}`).join("\n"),
      "Name figures by their IDs in docs/capacity.md. Nothing was started.",
    );
  }
  const { constants } = result;
  return { constants, description: `${path} (${Object.keys(constants).length} figures)` };
}

async function read(machine: Machine, path: string): Promise<string> {
  try {
    return await machine.readText(path);
  } catch (error) {
    throw new UserError(
      "E_CONSTANTS_FILE",
      `--constants: "${path}" cannot be read: ${(error as Error).message}`,
      'Give a file such as {"format": "plimsoll-constants/1", "constants": {"commit-p50": 31}}. Nothing was started.',
      { cause: error },
    );
  }
}
