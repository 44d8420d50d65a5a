import { Command } from "commander";
import type { CliCommand, CliContext } from "./context.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { createK6CollectCommand } from "./k6-collect-command.ts";
import { createK6ExportCommand } from "./k6-export-command.ts";
import { createK6InstallCommand } from "./k6-install-command.ts";
import { createK6PrepareCommand } from "./k6-prepare-command.ts";

/** `k6 install`, …: all that has to do with k6 but a run with `--driver k6`. */
export function createK6Command(context: CliContext): CliCommand {
  const command = new Command("k6")
    .summary("get k6, run its scripts bare or on Kubernetes (k6 --help)")
    .description("The load generator k6 and its scripts in scenarios/k6. docs/k6.md explains it.");
  const run = async () => {
    command.outputHelp();
    return EXIT_CODES.pass;
  };
  return {
    command,
    run,
    members: [
      createK6InstallCommand(context),
      createK6PrepareCommand(context),
      createK6ExportCommand(context),
      createK6CollectCommand(context),
    ],
  };
}
