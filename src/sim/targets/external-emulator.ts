import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import { EmulatorApi } from "./emulator-api.ts";
import type { EmulatorOptions } from "./emulator.ts";
import { GatewayControl } from "./gateway-control.ts";
import { readEmulatorHost } from "./emulator-host.ts";
import type { Machine } from "./machine.ts";
import { readRules } from "./rules-file.ts";
import { watchEmulator } from "./running-emulator.ts";
import type { Target } from "./target.ts";

const FIRST_ANSWER_TIMEOUT_MS = 5_000;

/**
 * Uses the emulator that FIRESTORE_EMULATOR_HOST names. Its rules and documents are replaced for
 * the run's project only; `stop` leaves it running.
 */
export async function useExternalEmulator(
  emulatorHost: string,
  options: EmulatorOptions,
  machine: Machine,
  clock: Clock,
): Promise<Target> {
  const endpoint = readEmulatorHost(emulatorHost);
  const rules = await readRules(machine, options.rulesFile);
  const api = new EmulatorApi(endpoint, options.projectId, clock);
  options.signal?.throwIfAborted();
  if (!(await api.answers(FIRST_ANSWER_TIMEOUT_MS))) throw unreachable(endpoint);
  if (await new GatewayControl(endpoint, clock).answers(FIRST_ANSWER_TIMEOUT_MS)) {
    throw isGateway(endpoint);
  }
  const warnings = await api.loadRules(options.rulesFile, rules);
  warnings.forEach((warning) => options.log?.(warning));
  options.signal?.throwIfAborted();
  return watchEmulator(clock, api, {
    projectId: options.projectId,
    description: `Firestore emulator at ${endpoint} (already running, version unknown)`,
    reason: options.reason ?? "FIRESTORE_EMULATOR_HOST is set",
    process: null,
  });
}

/** Two gateways in a row would count everything twice, and rules may be evaluated by neither. */
function isGateway(endpoint: string): UserError {
  return new UserError(
    "E_EMULATOR_HOST",
    `FIRESTORE_EMULATOR_HOST: a Plimsoll gateway answers at ${endpoint}, and a run starts its own`,
    "Unset FIRESTORE_EMULATOR_HOST, or name the emulator behind that gateway.",
  );
}

function unreachable(endpoint: string): UserError {
  return new UserError(
    "E_EMULATOR_UNREACHABLE",
    `FIRESTORE_EMULATOR_HOST: no emulator answers at ${endpoint}`,
    "Start it there, or unset FIRESTORE_EMULATOR_HOST to have one started.",
  );
}
