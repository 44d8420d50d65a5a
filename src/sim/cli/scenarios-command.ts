import { Command } from "commander";
import { formatDuration } from "../config/duration.ts";
import { resolveOptions } from "../config/resolve-options.ts";
import { findSpec } from "../config/run-option-specs.ts";
import type { Scenario } from "../config/scenario.ts";
import { listScenarios } from "./choose-scenarios.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { readRunOptions, toOption } from "./run-options-parser.ts";
import { formatTable } from "./table.ts";

export function createScenariosCommand(context: CliContext): CliCommand {
  const command = new Command("scenarios")
    .summary("list the scenarios and the writes they offer")
    .description("List the scenarios and the writes they offer with so many users.");
  const users = findSpec("users");
  if (users !== undefined) command.addOption(toOption(users));
  return {
    command,
    run: async (parsed) => {
      const options = resolveOptions(readRunOptions(parsed), undefined);
      context.stdout.write(describeScenarios(listScenarios(), options.users));
      return EXIT_CODES.pass;
    },
  };
}

/** The P&L writes of the pulse: trades per user, each written once in a period; or direct writes. */
function writesPerSecond(scenario: Scenario, users: number): number {
  if (scenario.pulse === null) return scenario.directWrites?.writesPerSecond ?? 0;
  return (users * scenario.pulse.openTradesPerUser) / scenario.pulse.periodSeconds;
}

function describeScenarios(scenarios: readonly Scenario[], users: number): string {
  const rows = scenarios.map((scenario) => [
    scenario.name,
    formatDuration(scenario.durationSeconds * 1_000),
    writesPerSecond(scenario, users).toFixed(1),
    scenario.document ?? "-",
    scenario.summary,
  ]);
  const titles = ["scenario", "duration", "writes/s", "document", "what it does"];
  const note = `writes/s: P&L writes of the pulse with ${users} users (--users changes it), or direct writes where there is none.`;
  return `${formatTable([titles, ...rows])}\n${note}\n`;
}
