import { Command, Option } from "commander";
import { PREPARE_OPTION_SPECS, resolvePrepareOptions } from "../k6/prepare/prepare-options.ts";
import { takenOnce } from "./taken-once.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { createRunOutput } from "./progress.ts";

export function createK6PrepareCommand(context: CliContext): CliCommand {
  const command = new Command("prepare")
    .summary("provision a running target for the scripts in scenarios/k6")
    .description(
      "Sign up a population on a running gateway or emulator and write the file that the scripts in\n" +
        "scenarios/k6 open: users, requests, loads and thresholds. Then: k6 run scenarios/k6/load.ts",
    );
  for (const { flag, describe } of PREPARE_OPTION_SPECS) {
    command.addOption(new Option(flag, describe).argParser(takenOnce(flag)));
  }
  command.addHelpText(
    "after",
    "\nExit codes:\n  0   it is written\n  2   bad usage; the text says why",
  );
  return { command, run: (parsed) => prepare(parsed, context) };
}

async function prepare(
  parsed: Readonly<Record<string, unknown>>,
  context: CliContext,
): Promise<ExitCode> {
  const { clock, machine, stdout } = context;
  const options = resolvePrepareOptions(parsed, machine.environment["FIRESTORE_EMULATOR_HOST"]);
  const output = createRunOutput(stdout, clock, false);
  const interrupts = watchInterrupts(clock, context.signals, {
    say: () => output.line("Ending."),
    exit: context.exit,
  });
  try {
    const { prepareWorkloads } = await import("../k6/prepare/prepare-workloads.ts");
    await prepareWorkloads(options, clock, output, interrupts.signal);
    return EXIT_CODES.pass;
  } catch (error) {
    if (!interrupts.signal.aborted || error !== interrupts.signal.reason) throw error;
    output.line("Interrupted: nothing was written. Run it again to go on.");
    return EXIT_CODES.interrupted;
  } finally {
    output.finish();
    interrupts.release();
  }
}
