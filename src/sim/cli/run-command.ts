import { Command } from "commander";
import { readConfigFile } from "../config/config-file.ts";
import { resolveOptions } from "../config/resolve-options.ts";
import type { RawOptions } from "../config/resolve-options.ts";
import type { RunOptions } from "../config/run-options.ts";
import { LOCAL_PROJECT_ID } from "../targets/local-project.ts";
import { openTarget, planTarget } from "../targets/select-target.ts";
import type { CliCommand, CliContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { loadInputs, type RunInputs } from "./load-inputs.ts";
import { createRunOutput } from "./progress.ts";
import { RULES_FILE } from "./project-files.ts";
import { declareRunOptions, readRunOptions } from "./run-options-parser.ts";
import type { Simulate, SimulationInputs } from "./simulate.ts";

export function createRunCommand(context: CliContext): CliCommand {
  const command = new Command("run")
    .summary("provision, load, check and report (the default)")
    .description("Provision synthetic tenants and users, load the service, check it and report.");
  declareRunOptions(command);
  return {
    command,
    run: (parsed) => {
      const configFile = parsed["config"];
      const path = typeof configFile === "string" ? configFile : undefined;
      return run(readRunOptions(parsed), path, context);
    },
  };
}

/** Nothing is started and no folder made before all that was asked for is known to be possible. */
async function run(
  commandLine: RawOptions,
  configFile: string | undefined,
  context: CliContext,
): Promise<ExitCode> {
  const file = configFile === undefined ? undefined : await readConfigFile(configFile);
  const options = resolveOptions(commandLine, file);
  const inputs = await loadInputs(options);
  const start =
    options.clock === "virtual"
      ? await prepareVirtual(context)
      : await prepareReal(options, context);
  const output = createRunOutput(context.stdout, context.clock, options.quiet);
  const interrupts = watchInterrupts(context.clock, context.signals, {
    say: (text) => output.line(text),
    exit: context.exit,
  });
  try {
    const { signal } = interrupts;
    const { exitCode } = await start({ options, ...inputs, output, signal });
    return exitCode;
  } finally {
    output.finish();
    interrupts.release();
  }
}

type Start = (request: SimulationInputs & RunInputs) => ReturnType<Simulate>;

async function prepareVirtual({ clock, loadSimulateVirtually }: CliContext): Promise<Start> {
  const simulate = await loadSimulateVirtually();
  return (request) => simulate(request, clock);
}

/** Finds out which target it is to be; the run then opens it. */
async function prepareReal(options: RunOptions, context: CliContext): Promise<Start> {
  const plan = await planTarget(options.target, context.machine);
  const simulate = await context.loadSimulate();
  return ({ indexesFile, ...inputs }) => {
    const target = {
      projectId: LOCAL_PROJECT_ID,
      rulesFile: RULES_FILE,
      heapMiB: options.emulatorHeapMiB,
      signal: inputs.signal,
      gateway: { limits: options.limits, latency: options.latency, indexesFile },
    };
    return simulate({
      ...inputs,
      target: () => openTarget(plan, target, context.machine, context.clock),
    });
  };
}
