import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { nearest } from "../cli/nearest.ts";
import { scenarioSchema } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";

/** The project's own scenarios, wherever the command was started from. */
const SCENARIOS_FOLDER = fileURLToPath(new URL("../../../scenarios/", import.meta.url));

/** Describes scenario files to editors; it is no scenario itself. */
const SCHEMA_FILE = "scenario.schema.json";

const FILE_HINT =
  `scenarios/${SCHEMA_FILE} lists every field and its limits; an editor that knows JSON schemas ` +
  "shows them as you type.";

/** A scenario that cannot be run. The command line answers it with exit code 2. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  /** A scenario file is at fault, or no scenario has the name asked for. */
  readonly fault: "file" | "name";
  /** What to do about it. */
  readonly hint: string;

  constructor(fault: "file" | "name", message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.hint = hint;
  }
}

/** All scenarios of a folder in order of their names. Throws a ScenarioError on the first bad file. */
export function loadScenarios(folder: string = SCENARIOS_FOLDER): readonly Scenario[] {
  return scenarioFilesOf(folder)
    .map((fileName) => readScenario(join(folder, fileName)))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The scenario of that name. The error for an unknown name lists the known ones. */
export function findScenario(
  name: string,
  scenarios: readonly Scenario[] = loadScenarios(),
): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const known = scenarios.map((scenario) => scenario.name);
  const close = nearest(name, known);
  throw new ScenarioError(
    "name",
    `--scenario: got ${JSON.stringify(name)}, expected one of ${known.join(", ")}.`,
    close === undefined
      ? "Run `npm run sim -- scenarios` to see what each one does."
      : `Did you mean "${close}"?`,
  );
}

function scenarioFilesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((fileName) => fileName.endsWith(".json") && fileName !== SCHEMA_FILE)
      .sort(); // So that of several faults always the same one is told.
  } catch (error) {
    throw fileError(folder, `the folder cannot be read: ${(error as Error).message}`, error);
  }
}

/** The scenario of one file, wherever it lies. Throws a ScenarioError. */
export function readScenario(path: string): Scenario {
  const value = readJson(path);
  const parsed = scenarioSchema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => describe(issue, value));
    throw fileError(path, faults.join("; "), parsed.error);
  }
  const expected = basename(path, ".json");
  if (parsed.data.name !== expected) {
    const got = JSON.stringify(parsed.data.name);
    throw fileError(
      path,
      `name: got ${got}, expected ${JSON.stringify(expected)} as the file is called`,
    );
  }
  return parsed.data;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw fileError(path, `cannot be read as JSON: ${(error as Error).message}`, error);
  }
}

/** "pulse.periodSeconds: got 0, expected number to be >=1". */
function describe(issue: z.core.$ZodIssue, file: unknown): string {
  const field = issue.path.length > 0 ? issue.path.join(".") : "(file)";
  if (issue.code === "unrecognized_keys") {
    const keys = issue.keys.map((key) => JSON.stringify(key)).join(", ");
    return `${field}: got the unknown field ${keys}, expected only fields of the schema`;
  }
  const got = JSON.stringify(valueAt(file, issue.path)) ?? "nothing";
  const allowed = issue.message
    .replace(/^[^:]*: expected |^expected /, "")
    .replace(/, received .*$/, "");
  return `${field}: got ${got}, expected ${allowed}`;
}

function valueAt(file: unknown, path: readonly PropertyKey[]): unknown {
  let value = file;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function fileError(path: string, fault: string, cause?: unknown): ScenarioError {
  return new ScenarioError("file", `${path}: ${fault}`, FILE_HINT, { cause });
}
