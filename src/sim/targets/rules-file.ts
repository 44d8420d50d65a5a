import { UserError } from "../cli/errors.ts";
import type { Machine } from "./machine.ts";

/** Reads the security rules before anything is started. */
export async function readRules(machine: Machine, rulesFile: string): Promise<string> {
  try {
    return await machine.readText(rulesFile);
  } catch (error) {
    throw new UserError(
      "E_RULES_FILE",
      `${rulesFile}: the security rules cannot be read: ${(error as Error).message}`,
      "Run from the project's folder, where firestore.rules is.",
      { cause: error },
    );
  }
}
