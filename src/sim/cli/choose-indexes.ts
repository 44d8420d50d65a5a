import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readIndexFile } from "../../firestore/indexes/index-file.ts";
import type { Scenario } from "../config/scenario.ts";
import { UserError } from "./errors.ts";
import { INDEXES_FILE, scenarioIndexesFile } from "./project-files.ts";

/**
 * The index file of a run, read and found whole: the one --indexes names, else the one its scenarios
 * name, else the service's own. One run has one database, so its scenarios must agree.
 */
export async function chooseIndexes(
  asked: string | null,
  scenarios: readonly Scenario[],
): Promise<string> {
  const path = asked ?? wanted(scenarios);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    throw indexesError(`--indexes: "${path}" cannot be read: ${message}`, error);
  });
  const result = readIndexFile(text);
  if (result.kind === "read") return resolve(path);
  const faults = result.faults.map(({ line, message }) => `--indexes: ${path}:${line}: ${message}`);
  throw indexesError(faults.join("\n"));
}

function wanted(scenarios: readonly Scenario[]): string {
  const named = new Set(scenarios.map(({ indexes }) => indexes));
  if (named.size > 1) {
    const each = scenarios.map(({ name, indexes }) => `${name}: ${indexes ?? "the service's own"}`);
    throw indexesError(`--indexes: the scenarios want different ones (${each.join(", ")})`);
  }
  const [only] = named;
  return only === undefined || only === null ? INDEXES_FILE : scenarioIndexesFile(only);
}

function indexesError(message: string, cause?: unknown): UserError {
  return new UserError(
    "E_INDEXES_OPTION",
    `${message}. Accepted: a file of the form of firestore.indexes.json.`,
    "docs/indexes.md explains the form. Nothing was run.",
    { cause },
  );
}
