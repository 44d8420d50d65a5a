import type { Clock } from "../../std/clock.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { UserError, type UserErrorCode } from "../cli/errors.ts";
import { behindGateway, embeddedTarget } from "./behind-gateway.ts";
import { readEmulatorHost } from "./emulator-host.ts";
import { startInstalledEmulator } from "./emulator.ts";
import type { EmulatorOptions } from "./emulator.ts";
import { useExternalEmulator } from "./external-emulator.ts";
import { startGateway, type GatewayOptions } from "./gateway.ts";
import { requireInstallation } from "./installation.ts";
import type { Installation } from "./installation.ts";
import type { Machine } from "./machine.ts";
import { createRealMachine } from "./real-machine.ts";
import type { TargetChoice } from "./target-choice.ts";
import type { Target } from "./target.ts";

/** Which target a choice leads to on this machine. Nothing has been started. */
export type TargetPlan =
  | { readonly kind: "external"; readonly endpoint: string; readonly reason: string }
  | { readonly kind: "start"; readonly installation: Installation; readonly reason: string }
  | { readonly kind: "embedded"; readonly reason: string };

/** All but a project of Google's, which nothing here starts or stops: see src/sim/staging. */
type LocalChoice = Exclude<TargetChoice, "staging">;

export interface TargetOptions extends EmulatorOptions {
  readonly gateway: GatewayOptions;
}

/**
 * Decides, or throws the UserError that says what is missing. `auto` takes the emulator that
 * FIRESTORE_EMULATOR_HOST names, else an emulator it can start, else the embedded engine.
 */
export async function planTarget(choice: LocalChoice, machine: Machine): Promise<TargetPlan> {
  switch (choice) {
    case "auto":
      return planAuto(machine);
    case "emulator":
      return planEmulator(choice, machine);
    case "embedded":
      return { kind: "embedded", reason: "asked for" };
  }
}

/** An official emulator with nothing in front of it, for tests. Call `stop` when done with it. */
export async function selectEmulator(
  options: EmulatorOptions,
  machine: Machine = createRealMachine(),
  clock: Clock = createRealClock(),
): Promise<Target> {
  return openEmulator(await planEmulator("emulator", machine), options, machine, clock);
}

/** Opens a target: rules in force where it evaluates them, answering, the gateway in front of it. */
export async function openTarget(
  plan: TargetPlan,
  options: TargetOptions,
  machine: Machine = createRealMachine(),
  clock: Clock = createRealClock(),
): Promise<Target> {
  const { gateway, log, signal, heapMiB, projectId } = options;
  if (plan.kind === "embedded") {
    const start = { ...gateway, backend: "embedded", heapMiB, log, signal };
    const running = await startGateway(start, machine, clock);
    return embeddedTarget(clock, running, { ...gateway, projectId, reason: plan.reason });
  }
  const emulator = await openEmulator(plan, options, machine, clock);
  if (gateway.limits === "off") return emulator;
  try {
    const start = { ...gateway, backend: emulator.endpoint, log, signal };
    const running = await startGateway(start, machine, clock);
    return behindGateway(clock, emulator, running, gateway);
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

type EmulatorPlan = Exclude<TargetPlan, { kind: "embedded" }>;

function openEmulator(
  plan: EmulatorPlan,
  options: EmulatorOptions,
  machine: Machine,
  clock: Clock,
): Promise<Target> {
  const withReason = { ...options, reason: plan.reason };
  switch (plan.kind) {
    case "external":
      return useExternalEmulator(plan.endpoint, withReason, machine, clock);
    case "start":
      return startInstalledEmulator(withReason, plan.installation, machine, clock);
  }
}

/** What a machine may lack for the emulator. A variable that is set and wrong is a mistake, and said. */
const LACKS: ReadonlySet<UserErrorCode> = new Set([
  "E_NO_JAVA",
  "E_JAVA_TOO_OLD",
  "E_NO_EMULATOR_JAR",
  "E_EMULATOR_JAR_BROKEN",
]);

async function planAuto(machine: Machine): Promise<TargetPlan> {
  try {
    return await planEmulator("auto", machine);
  } catch (error) {
    if (!(error instanceof UserError) || !LACKS.has(error.code)) throw error;
    const [lack = ""] = error.message.split(/[;\n]/);
    const reason = `FIRESTORE_EMULATOR_HOST is not set, and the official emulator cannot be started: ${lack}`;
    return { kind: "embedded", reason };
  }
}

async function planEmulator(choice: "auto" | "emulator", machine: Machine): Promise<EmulatorPlan> {
  const host = machine.environment["FIRESTORE_EMULATOR_HOST"];
  if (host) {
    const endpoint = readEmulatorHost(host);
    return { kind: "external", endpoint, reason: "FIRESTORE_EMULATOR_HOST is set" };
  }
  const installation = await requireInstallation(machine);
  const { java, jar } = installation;
  const found = `found Java ${java.major} and a jar (${jar.source})`;
  const reason =
    choice === "auto" ? `FIRESTORE_EMULATOR_HOST is not set; ${found}` : `asked for; ${found}`;
  return { kind: "start", installation, reason };
}
