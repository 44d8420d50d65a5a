import { Command } from "commander";
import { readConfigFile } from "../config/config-file.ts";
import { resolveOptions } from "../config/resolve-options.ts";
import type { RawOptions } from "../config/resolve-options.ts";
import type { CliCommand, CliContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { loadInputs } from "./load-inputs.ts";
import { prepareReal, type Start } from "./prepare-real.ts";
import { createRunOutput } from "./progress.ts";
import { declareRunOptions, readRunOptions } from "./run-options-parser.ts";

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

async function prepareVirtual({ clock, loadSimulateVirtually }: CliContext): Promise<Start> {
  const simulate = await loadSimulateVirtually();
  return (request) => simulate(request, clock);
}
