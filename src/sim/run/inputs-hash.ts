import { hashName } from "../../std/rng.ts";
import type { SimulationInputs } from "../cli/simulate.ts";

/**
 * Of what a run takes from files by their names, the scenarios, a recorded market and a calibration:
 * eight hex digits. A replay reads them again, and by this it knows whether they are still the same.
 */
export function inputsHash({
  scenarios,
  marketRows,
  calibration,
}: Pick<SimulationInputs, "scenarios" | "marketRows" | "calibration">): string {
  const { file, hash } = calibration?.facts ?? {};
  return hashName([scenarios, marketRows, ...(hash === undefined ? [] : [file, hash])]);
}
