import { Command, CommanderError } from "commander";
import packageJson from "../../../package.json" with { type: "json" };
import { createAuditCommand } from "./audit-command.ts";
import { createCleanCommand } from "./clean-command.ts";
import { createCalibrateCommand } from "./calibrate-command.ts";
import { fromCommander, unknownCommand } from "./commander-errors.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { createCompareCommand } from "./compare-command.ts";
import { createDoctorCommand } from "./doctor-command.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { createGatewayCommand } from "./gateway-command.ts";
import { createHeadroomCommand } from "./headroom-command.ts";
import { EXAMPLES, EXIT_CODE_HELP } from "./help-text.ts";
import { createK6Command } from "./k6-command.ts";
import { createNightlyCommand } from "./nightly-command.ts";
import { reportError } from "./report-error.ts";
import { createRehearsalCommand } from "./rehearsal-command.ts";
import { createMonitorCommand } from "./monitor-command.ts";
import { createReplayCommand } from "./replay-command.ts";
import { createRunCommand } from "./run-command.ts";
import { createScenariosCommand } from "./scenarios-command.ts";
import { createShrinkCommand } from "./shrink-command.ts";
import { createTuneCommand } from "./tune-command.ts";

const HELP_COLUMNS = 100;

/** Parses, runs one command, reports what goes wrong. Never rejects and never exits. */
export async function runCli(
  parameters: readonly string[],
  context: CliContext,
): Promise<ExitCode> {
  const run = createRunCommand(context);
  const commands = [
    run,
    createDoctorCommand(context),
    createGatewayCommand(context),
    createRehearsalCommand(context),
    createCleanCommand(context),
    createScenariosCommand(context),
    createAuditCommand(context),
    createMonitorCommand(context),
    createReplayCommand(context),
    createShrinkCommand(context),
    createHeadroomCommand(context),
    createTuneCommand(context),
    createCalibrateCommand(context),
    createCompareCommand(context),
    createNightlyCommand(context),
    createK6Command(context),
  ];
  const program = createProgram(context);
  let exitCode: ExitCode = EXIT_CODES.internal;
  const add = (parent: Command, siblings: readonly CliCommand[]): void => {
    for (const { command, run: execute, members } of siblings) {
      command.copyInheritedSettings(program);
      command.action(async () => {
        const words = members ?? siblings;
        if (command.registeredArguments.length === 0) refuseWords(command.args, words);
        exitCode = await execute(command.opts());
      });
      add(command, members ?? []);
      parent.addCommand(command, { isDefault: command === run.command });
    }
  };
  add(program, commands);
  describeProgram(program, run.command);
  try {
    await program.parseAsync(parameters, { from: "user" });
    return exitCode;
  } catch (error) {
    // Thrown after --help or --version, too.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_CODES.pass;
    const { command } = commandMeant(parameters, commands) ?? run;
    return reportError(fromCommander(error, flagsOf(command)), context.stderr);
  }
}

/** The command that the first words name, and in a group the member that the next one does. */
function commandMeant(
  [first, ...rest]: readonly string[],
  commands: readonly CliCommand[],
): CliCommand | undefined {
  const meant = commands.find(({ command }) => command.name() === first);
  return meant && (commandMeant(rest, meant.members ?? []) ?? meant);
}

/** Most commands take options only: a word that the parser left over is a mistyped command. */
function refuseWords(words: readonly string[], commands: readonly CliCommand[]): void {
  const [word] = words;
  const names = commands.map(({ command }) => command.name());
  if (word !== undefined) throw unknownCommand(word, names);
}

function flagsOf(command: Command): readonly string[] {
  return [...command.options.map((option) => option.long ?? option.flags), "--help"];
}

function createProgram(context: CliContext): Command {
  return new Command("npm run sim --")
    .version(packageJson.version, "--version", "Show the version.")
    .helpOption("--help", "Show this help.")
    .helpCommand(false)
    .allowExcessArguments(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      // Errors come back as exceptions and are shown once, in our words.
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(context.stdout.columns ?? HELP_COLUMNS, HELP_COLUMNS),
    });
}

/** `run` is the default command: its help, with the others named, is the help of all. */
function describeProgram(program: Command, run: Command): void {
  run.configureHelp({ commandUsage: () => "npm run sim -- [run] [options]" });
  program.configureHelp({ formatHelp: () => run.helpInformation() });
  program.addHelpText("after", () => `${describeCommands(program)}${EXAMPLES}${EXIT_CODE_HELP}`);
}

function describeCommands(program: Command): string {
  const rows = program.commands.map(
    (command) => `  ${command.name().padEnd(10)} ${command.summary()}`,
  );
  return `\nCommands (--help after one shows its options):\n${rows.join("\n")}\n`;
}
