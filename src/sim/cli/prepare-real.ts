import type { RunOptions } from "../config/run-options.ts";
import { LOCAL_PROJECT_ID } from "../targets/local-project.ts";
import { openTarget, planTarget } from "../targets/select-target.ts";
import { chooseDriver } from "./choose-driver.ts";
import type { CliContext } from "./context.ts";
import type { RunInputs } from "./load-inputs.ts";
import { RULES_FILE } from "./project-files.ts";
import { prepareStaging } from "./prepare-staging.ts";
import type { Simulate, SimulationInputs } from "./simulate.ts";

/** Begins a run that has been found possible. */
export type Start = (request: SimulationInputs & RunInputs) => ReturnType<Simulate>;

/** Finds out which target it is to be; the run then opens it. */
export async function prepareReal(options: RunOptions, context: CliContext): Promise<Start> {
  if (options.target === "staging") return prepareStaging(options, context);
  const plan = await planTarget(options.target, context.machine);
  const clientDriver = await chooseDriver(options, context);
  const simulate = await context.loadSimulate();
  return ({ indexesFile, ...inputs }) => {
    const target = {
      projectId: LOCAL_PROJECT_ID,
      rulesFile: RULES_FILE,
      heapMiB: options.emulatorHeapMiB,
      signal: inputs.signal,
      gateway: {
        limits: options.limits,
        latency: options.latency,
        indexesFile,
        constantsFile: options.calibration,
      },
    };
    return simulate({
      ...inputs,
      clientDriver,
      target: () => openTarget(plan, target, context.machine, context.clock),
    });
  };
}
