import { hashName } from "../../std/rng.ts";
import type { SimulationInputs } from "../cli/simulate.ts";

/**
 * Of what a run takes from files by their names, the scenarios and a recorded market: eight hex
 * digits. A replay reads them again, and by this it knows whether they are still the same.
 */
export function inputsHash({
  scenarios,
  marketRows,
}: Pick<SimulationInputs, "scenarios" | "marketRows">): string {
  return hashName([scenarios, marketRows]);
}
