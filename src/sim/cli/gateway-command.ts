import { Command } from "commander";
import type { Clock } from "../../std/clock.ts";
import { GATEWAY_OPTION_SPECS, resolveGatewaySettings } from "../gateway/gateway-settings.ts";
import type { GatewaySettings } from "../gateway/gateway-settings.ts";
import type { OpenGateway } from "../gateway/open-gateway.ts";
import { RefusalLines } from "../gateway/refusal-lines.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { toOption } from "./spec-option.ts";

const REFUSALS_PERIOD_MS = 1_000;

export function createGatewayCommand(context: CliContext): CliCommand {
  const command = new Command("gateway")
    .summary("serve any Firestore SDK, with production's limits")
    .description(
      "Listen as a Firestore emulator does, with production's limits in front of the embedded\n" +
        "engine or the official emulator. docs/gateway.md explains it.",
    )
    .addHelpText(
      "after",
      "\nExit codes:\n  0   it was ended (Ctrl-C, SIGTERM)\n  1   the backend died\n  2   bad usage",
    );
  for (const spec of GATEWAY_OPTION_SPECS) command.addOption(toOption(spec));
  return { command, run: (parsed) => serve(resolveGatewaySettings(parsed), context) };
}

async function serve(settings: GatewaySettings, context: CliContext): Promise<ExitCode> {
  const { clock, machine, stdout } = context;
  const say = (line: string): void => void stdout.write(`${line}\n`);
  const interrupts = watchInterrupts(clock, context.signals, {
    say: () => say("Ending."),
    exit: context.exit,
  });
  const { signal } = interrupts;
  try {
    const { openGateway } = await import("../gateway/open-gateway.ts");
    const gateway = await openGateway(settings, machine, clock, { log: say, signal });
    try {
      introduce(gateway, settings).forEach((line) => say(line));
      const done = new AbortController();
      const telling = tellRefusals(clock, gateway, say, AbortSignal.any([signal, done.signal]));
      const death = await Promise.race([gateway.died, telling]);
      done.abort();
      if (death instanceof Error) throw death;
    } finally {
      await gateway.close();
    }
    return EXIT_CODES.pass;
  } catch (error) {
    // Interrupted while it was starting: what had been started has ended.
    if (signal.aborted && error === signal.reason) return EXIT_CODES.pass;
    throw error;
  } finally {
    interrupts.release();
  }
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

/** Looks for new kinds of refusal until the signal aborts. Never rejects but for a fault of ours. */
export async function tellRefusals(
  clock: Clock,
  { admission }: Pick<OpenGateway, "admission">,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<undefined> {
  const lines = new RefusalLines();
  while (!signal.aborted) {
    lines.next(admission.report(clock.monotonicMs())).forEach((line) => say(line));
    await clock.sleep(REFUSALS_PERIOD_MS, signal).catch(() => undefined);
  }
}
