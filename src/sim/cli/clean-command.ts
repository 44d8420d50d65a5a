import { Command, Option } from "commander";
import { requireNamed } from "../staging/guard.ts";
import { openProject } from "../staging/project-file.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { missingValue } from "./commander-errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { createRunOutput } from "./progress.ts";
import { single } from "./run-options-parser.ts";

interface CleanOptions {
  readonly project: string | null;
  readonly projectFile: string | null;
  readonly run: string;
  readonly dryRun: boolean;
}

export function createCleanCommand(context: CliContext): CliCommand {
  const option = (flag: string, value: string, summary: string): Option =>
    new Option(`${flag} <${value}>`, summary).argParser(single(flag));
  const command = new Command("clean")
    .summary("delete what a staging run has left in its project")
    .description(
      "Delete the documents, accounts and manifest of one run, and nothing else. It may be\n" +
        "interrupted and begun again. docs/staging.md explains it.",
    )
    .addOption(option("--project", "ID", "The project."))
    .addOption(option("--run", "ID", "The run, by the ID it has said."))
    .addOption(
      option("--project-file", "file", "Where the project's APIs are (default: Google's)."),
    )
    .addOption(new Option("--dry-run", "Only count what would be deleted."))
    .addHelpText(
      "after",
      "\nExit codes:\n  0   nothing of the run is left, or was there (or it was counted)\n  2   bad usage, or the project refuses\n  3   interrupted: begin it again",
    );
  return { command, run: (parsed) => clean(read(parsed), context) };
}

function read(parsed: Readonly<Record<string, unknown>>): CleanOptions {
  const text = (key: string): string | null => {
    const value = parsed[key];
    return typeof value === "string" ? value : null;
  };
  const run = text("run");
  if (run === null) throw missingValue("--run");
  return {
    project: text("project"),
    projectFile: text("projectFile"),
    run,
    dryRun: parsed["dryRun"] === true,
  };
}

async function clean(options: CleanOptions, context: CliContext): Promise<ExitCode> {
  const { clock, machine } = context;
  const { project: named, projectFile: file, run: runId, dryRun } = options;
  const projectId = requireNamed({
    flag: "clean",
    projectId: named,
    environment: machine.environment,
  });
  const project = await openProject({ projectId, file }, machine);
  const [{ cleanRun }, { openProjectStore }] = await Promise.all([
    import("../staging/clean.ts"),
    import("../staging/project-store.ts"),
  ]);
  const output = createRunOutput(context.stdout, clock, false);
  const interrupts = watchInterrupts(clock, context.signals, {
    say: (text) => output.line(text),
    exit: context.exit,
  });
  const { signal } = interrupts;
  const database = openProjectStore(project);
  const done = { documents: 0, accounts: 0, isComplete: false, wasFound: false };
  const inWords = (): string => `${done.documents} documents and ${done.accounts} accounts`;
  try {
    const { patientStore: store } = database;
    await cleanRun({ clock, project, store, runId, dryRun, output, signal }, done);
    if (!done.wasFound) return EXIT_CODES.pass;
    output.line(
      dryRun
        ? `Run ${runId} has ${inWords()} in ${projectId}. Nothing was deleted.`
        : `Run ${runId}: ${inWords()} deleted. Nothing of it is left.`,
    );
    return EXIT_CODES.pass;
  } catch (error) {
    const isInterrupted = signal.aborted && error === signal.reason;
    // What failed before it had begun has nothing to go on with: its own message says what to do.
    if (isInterrupted || done.documents + done.accounts > 0) {
      output.line(
        `Not finished: ${inWords()} ${dryRun ? "counted" : "deleted"}. Begin it again to go on.`,
      );
    }
    if (isInterrupted) return EXIT_CODES.inconclusive;
    throw error;
  } finally {
    await database.close();
    output.finish();
    interrupts.release();
  }
}
