import { fileURLToPath } from "node:url";

const PROJECT_FOLDER = new URL("../../../", import.meta.url);

/** The service's security rules, wherever the command was started from. */
export const RULES_FILE = fileURLToPath(new URL("firestore.rules", PROJECT_FOLDER));

/** The service's indexes, likewise. */
export const INDEXES_FILE = fileURLToPath(new URL("firestore.indexes.json", PROJECT_FOLDER));
