import type { Scenario } from "../config/scenario.ts";
import {
  ScenarioError,
  findScenario,
  loadScenarios,
  readScenario,
} from "../config/scenario-files.ts";
import { BENCHMARK_PLAN } from "../config/benchmark-plan.ts";
import { UserError } from "./errors.ts";

/** All scenarios of the project. */
export function listScenarios(): readonly Scenario[] {
  return asUserError(() => loadScenarios());
}

/** What ends so is no name but a file. */
const FILE_END = ".json";

/**
 * The scenarios of these names or files, in their order; those of the benchmark plan when there is
 * none.
 */
export function chooseScenarios(names: readonly string[]): readonly Scenario[] {
  const known = listScenarios();
  const find = (name: string): Scenario =>
    asUserError(() => (name.endsWith(FILE_END) ? readScenario(name) : findScenario(name, known)));
  if (names.length > 0) return names.map(find);
  return BENCHMARK_PLAN.map(({ name, seconds }) => ({ ...find(name), durationSeconds: seconds }));
}

function asUserError<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const code = error.fault === "name" ? "E_UNKNOWN_SCENARIO" : "E_SCENARIO_FILE";
    throw new UserError(code, error.message, error.hint, { cause: error });
  }
}
