import { readIndexFile, type IndexFile } from "../../firestore/indexes/index-file.ts";
import { parseLimiterConfig, type LimiterConfig } from "../../system/limiter/config.ts";
import { UserError } from "../cli/errors.ts";
import { loadTrialInputs, type RunInputs } from "../cli/load-inputs.ts";
import { resolveOptions } from "../config/resolve-options.ts";
import type { RunOptions } from "../config/run-options.ts";
import { scenarioSchema, type Scenario } from "../config/scenario.ts";
import type { TrialSpec } from "./trial-spec.ts";

export interface TrialInputs extends RunInputs {
  readonly options: RunOptions;
  /** What the spec's index file declares, where it gives one. */
  readonly indexes: IndexFile | undefined;
}

/** What a limiter's configuration is called that is no preset and no file. */
const GIVEN = "given";

/** Reads and checks all that a spec asks for. Throws the UserError that the command line would. */
export async function prepareTrial(spec: TrialSpec): Promise<TrialInputs> {
  const options = trialOptions(spec);
  const scenarios = spec.scenarios?.map(parseScenario);
  const limiterConfig =
    spec.limiterConfig === undefined ? undefined : parseConfig(spec.limiterConfig);
  const inputs = await loadTrialInputs(options, {
    ...(scenarios === undefined ? {} : { scenarios }),
    ...(limiterConfig === undefined ? {} : { limiterConfig }),
  });
  const indexes = spec.indexes === undefined ? undefined : parseIndexes(spec.indexes);
  return { ...inputs, options, indexes };
}

/** The options, with the names of what stands in the spec itself. Throws a UserError. */
export function trialOptions(spec: TrialSpec): RunOptions {
  const { options, scenarios, limiterConfig } = spec;
  return resolveOptions(
    {
      ...options,
      clock: "virtual",
      ...(scenarios === undefined ? {} : { scenario: scenarios.map(({ name }) => name) }),
      ...(limiterConfig === undefined ? {} : { limiterConfig: GIVEN }),
    },
    undefined,
  );
}

function parseScenario(given: unknown, index: number): Scenario {
  const parsed = scenarioSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `scenarios[${index}].${path.join(".")}: ${message}`,
  );
  throw new UserError("E_SCENARIO_FILE", faults.join("\n"), "Nothing was run.", {
    cause: parsed.error,
  });
}

function parseConfig(given: unknown): LimiterConfig {
  const result = parseLimiterConfig(given);
  if (result.kind === "valid") return result.config;
  const faults = result.problems.map((problem) => `limiterConfig: ${problem}`);
  throw new UserError("E_LIMITER_CONFIG", faults.join("\n"), "Nothing was run.");
}

function parseIndexes(text: string): IndexFile {
  const result = readIndexFile(text);
  if (result.kind === "read") return result.file;
  const faults = result.faults.map(({ line, message }) => `indexes:${line}: ${message}`);
  throw new UserError("E_INDEXES_OPTION", faults.join("\n"), "Nothing was run.");
}
