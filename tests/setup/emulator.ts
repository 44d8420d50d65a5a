import type { TestProject } from "vitest/node";
import { UserError } from "../../src/sim/cli/errors.ts";
import { selectEmulator } from "../../src/sim/targets/select-target.ts";
import type { Target } from "../../src/sim/targets/target.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** host:port of the emulator of this suite. */
    readonly firestoreEndpoint: string;
  }
}

const RULES_FILE = "firestore.rules";

/**
 * Gives the tests of project "emulator" one official emulator: the one that FIRESTORE_EMULATOR_HOST
 * names, else one started for the suite and stopped after it. Each test file uses project IDs of its
 * own, so they share it without seeing each other.
 *
 * Without an emulator the suite fails, since skipped tests look like passed ones from afar.
 * PLIMSOLL_WITHOUT_EMULATOR=1 says that this is meant; vitest.config.ts then runs the one test that
 * reports it.
 */
export default async function setUpEmulator(project: TestProject): Promise<() => Promise<void>> {
  const { logger } = project.vitest;
  if (process.env["PLIMSOLL_WITHOUT_EMULATOR"] === "1") {
    logger.log("All emulator tests are LEFT OUT: PLIMSOLL_WITHOUT_EMULATOR=1 is set.");
    return () => Promise.resolve();
  }
  const target = await open();
  logger.log(`Emulator tests run on: ${target.description}; ${target.reason}.`);
  project.provide("firestoreEndpoint", target.endpoint);
  void target.died.then((error) =>
    logger.error(`The emulator of this suite ended: ${error.message}`),
  );
  return () => target.stop();
}

async function open(): Promise<Target> {
  try {
    return await selectEmulator({ projectId: "demo-plimsoll", rulesFile: RULES_FILE });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new Error(
      `The emulator tests need the official Firestore emulator.\n${error.message}\n${error.hint}\n` +
        "To leave these tests out: PLIMSOLL_WITHOUT_EMULATOR=1 npm test",
      { cause: error },
    );
  }
}
