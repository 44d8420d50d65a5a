import { fileURLToPath } from "node:url";

const PROJECT_FOLDER = new URL("../../../", import.meta.url);

/** The service's security rules, wherever the command was started from. */
export const RULES_FILE = fileURLToPath(new URL("firestore.rules", PROJECT_FOLDER));

/** The service's indexes, likewise. */
export const INDEXES_FILE = fileURLToPath(new URL("firestore.indexes.json", PROJECT_FOLDER));

/** An index file that a scenario names. */
export function scenarioIndexesFile(name: string): string {
  return fileURLToPath(new URL(`scenarios/indexes/${name}`, PROJECT_FOLDER));
}
