import type { Clock } from "../../std/clock.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { UserError } from "../cli/errors.ts";
import { readEmulatorHost } from "./emulator-host.ts";
import { startInstalledEmulator } from "./emulator.ts";
import type { EmulatorOptions } from "./emulator.ts";
import { useExternalEmulator } from "./external-emulator.ts";
import { requireInstallation } from "./installation.ts";
import type { Installation } from "./installation.ts";
import type { Machine } from "./machine.ts";
import { createRealMachine } from "./real-machine.ts";
import type { TargetChoice } from "./target-choice.ts";
import type { Target } from "./target.ts";

/** Which target a choice leads to on this machine. Nothing has been started. */
export type TargetPlan =
  | { readonly kind: "external"; readonly endpoint: string; readonly reason: string }
  | { readonly kind: "start"; readonly installation: Installation; readonly reason: string };

/**
 * Decides, or throws the UserError that says what is missing. `auto` takes the emulator that
 * FIRESTORE_EMULATOR_HOST names, else an emulator it can start; the embedded engine comes third
 * once there is one.
 */
export async function planTarget(choice: TargetChoice, machine: Machine): Promise<TargetPlan> {
  switch (choice) {
    case "auto":
    case "emulator":
      return planEmulator(choice, machine);
    case "embedded":
    case "staging":
      throw notInThisVersion(choice);
  }
}

/** Plans and opens a target: rules in force, answering. Call `stop` when done with it. */
export async function selectTarget(
  choice: TargetChoice,
  options: EmulatorOptions,
  machine: Machine = createRealMachine(),
  clock: Clock = createRealClock(),
): Promise<Target> {
  return openTarget(await planTarget(choice, machine), options, machine, clock);
}

export function openTarget(
  plan: TargetPlan,
  options: EmulatorOptions,
  machine: Machine = createRealMachine(),
  clock: Clock = createRealClock(),
): Promise<Target> {
  const withReason = { ...options, reason: plan.reason };
  switch (plan.kind) {
    case "external":
      return useExternalEmulator(plan.endpoint, withReason, machine, clock);
    case "start":
      return startInstalledEmulator(withReason, plan.installation, machine, clock);
  }
}

async function planEmulator(choice: "auto" | "emulator", machine: Machine): Promise<TargetPlan> {
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

function notInThisVersion(choice: TargetChoice): UserError {
  return new UserError(
    "E_NOT_IN_THIS_VERSION",
    `--target: "${choice}" is not in this version yet. Accepted: auto, emulator.`,
    "Use --target emulator; `npm run sim -- doctor` shows what it needs.",
  );
}
