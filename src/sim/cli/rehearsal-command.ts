import { Command } from "commander";
import type { OpenRehearsal } from "../posing/open-rehearsal.ts";
import {
  REHEARSAL_OPTION_SPECS,
  resolveRehearsalSettings,
  type RehearsalSettings,
} from "../posing/rehearsal-settings.ts";
import type { CliCommand, CliContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";
import { SERVING_EXIT_CODES, serveGateway } from "./serve-gateway.ts";
import { toOption } from "./spec-option.ts";

export function createRehearsalCommand(context: CliContext): CliCommand {
  const command = new Command("rehearsal")
    .summary("pose as a Google Cloud project, for a staging run that costs nothing")
    .description(
      "Serve what a staging run meets of a Google Cloud project, on this machine: Firestore behind\n" +
        "production's limits and latencies, tokens, roles, users, rules, indexes and Monitoring.\n" +
        "docs/rehearsal.md explains it.",
    )
    .addHelpText("after", SERVING_EXIT_CODES);
  for (const spec of REHEARSAL_OPTION_SPECS) command.addOption(toOption(spec));
  return { command, run: (parsed) => serve(resolveRehearsalSettings(parsed), context) };
}

async function serve(settings: RehearsalSettings, context: CliContext): Promise<ExitCode> {
  const { clock, machine } = context;
  const { openRehearsal } = await import("../posing/open-rehearsal.ts");
  return serveGateway(context, async (tools) => {
    const rehearsal = await openRehearsal(settings, machine, clock, tools);
    const introduction = introduce(rehearsal, settings);
    return { gateway: rehearsal.gateway, introduction, close: () => rehearsal.close() };
  });
}

function introduce(rehearsal: OpenRehearsal, settings: RehearsalSettings): readonly string[] {
  const { project, apis, monitoring, gateway, files } = rehearsal;
  const behind = gateway.evaluatesRules
    ? `${gateway.backend}; security rules are evaluated`
    : `embedded engine, in memory (${gateway.reason}); security rules are NOT evaluated: users get at their own documents and their tenant's`;
  const without =
    settings.withoutRoles.length === 0 ? "" : `, without ${settings.withoutRoles.join(", ")}`;
  return [
    `Plimsoll rehearsal of ${project.projectId} listening on ${apis} (Monitoring on ${monitoring})`,
    `  ${behind}`,
    `  limits ${settings.limits}, latency ${settings.latency}; indexes: ${gateway.indexes}${gateway.constants === "" ? "" : `; figures of the model: ${gateway.constants}`}`,
    `  service account ${project.serviceAccount}${without}`,
    `  export GOOGLE_APPLICATION_CREDENTIALS=${files.credentialsFile}`,
    `  npm run sim -- --target staging --project ${project.projectId} --project-file ${files.projectFile} --config ${files.configFile} --max-cost 1`,
    `  http://${apis}/plimsoll/rehearsal lists what may go wrong on request; http://${gateway.host}:${gateway.port}/plimsoll what the limits did`,
    "  Ctrl-C ends it. Documents and users end with it.",
  ];
}
