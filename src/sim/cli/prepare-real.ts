import type { RunOptions } from "../config/run-options.ts";
import type { ClientDriver } from "../drivers/client-driver.ts";
import { requireK6 } from "../k6/find/require-k6.ts";
import { createK6Driver } from "../k6/k6-driver.ts";
import { LOCAL_PROJECT_ID } from "../targets/local-project.ts";
import { openTarget, planTarget } from "../targets/select-target.ts";
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

/** undefined: the run's own process sends the client traffic. */
async function chooseDriver(
  { driver, k6Instances }: RunOptions,
  { machine }: CliContext,
): Promise<ClientDriver | undefined> {
  if (driver === "node") return undefined;
  const k6 = await requireK6(machine);
  return createK6Driver({ k6, processes: k6Instances ?? 1 }, machine);
}
