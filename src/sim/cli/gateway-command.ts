import { Command } from "commander";
import { GATEWAY_OPTION_SPECS, resolveGatewaySettings } from "../gateway/gateway-settings.ts";
import type { GatewaySettings } from "../gateway/gateway-settings.ts";
import type { OpenGateway } from "../gateway/open-gateway.ts";
import type { CliCommand, CliContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";
import { SERVING_EXIT_CODES, serveGateway } from "./serve-gateway.ts";
import { toOption } from "./spec-option.ts";

export function createGatewayCommand(context: CliContext): CliCommand {
  const command = new Command("gateway")
    .summary("serve any Firestore SDK, with production's limits")
    .description(
      "Listen as a Firestore emulator does, with production's limits in front of the embedded\n" +
        "engine or the official emulator. docs/gateway.md explains it.",
    )
    .addHelpText("after", SERVING_EXIT_CODES);
  for (const spec of GATEWAY_OPTION_SPECS) command.addOption(toOption(spec));
  return { command, run: (parsed) => serve(resolveGatewaySettings(parsed), context) };
}

async function serve(settings: GatewaySettings, context: CliContext): Promise<ExitCode> {
  const { clock, machine } = context;
  const { openGateway } = await import("../gateway/open-gateway.ts");
  return serveGateway(context, async (tools) => {
    const gateway = await openGateway(settings, machine, clock, tools);
    const introduction = introduce(gateway, settings);
    return { gateway, introduction, close: () => gateway.close() };
  });
}

function introduce(gateway: OpenGateway, settings: GatewaySettings): readonly string[] {
  const { host, port } = gateway;
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const { limits, latency, warm, seed } = settings;
  const figures = gateway.constants === "" ? "" : `; figures of the model: ${gateway.constants}`;
  const begin = warm === null ? "cold" : `warm for ${warm} writes/s`;
  return [
    `Plimsoll gateway listening on ${address} (${gateway.backend})`,
    `  limits ${limits}, ${begin}; latency ${latency}; seed ${seed}; indexes: ${gateway.indexes}${figures}`,
    `  export FIRESTORE_EMULATOR_HOST=${address}`,
    `  http://${address}/plimsoll lists its control API: /plimsoll/v1/limits, /plimsoll/v1/heat, /metrics`,
    "  Ctrl-C ends it.",
  ];
}
