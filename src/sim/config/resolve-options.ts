import type { z } from "zod";
import { UserError } from "../cli/errors.ts";
import { nearest } from "../cli/nearest.ts";
import { findSpec, RUN_OPTION_SPECS } from "./run-option-specs.ts";
import type { RunOptionSpec } from "./run-option-specs.ts";
import { runOptionsSchema } from "./run-options.ts";
import type { RunOptions } from "./run-options.ts";

/** Options by the schema's names, unchecked. */
export type RawOptions = Readonly<Record<string, unknown>>;

export interface ConfigFile {
  readonly path: string;
  readonly values: RawOptions;
}

const SHOWN_VALUE_LENGTH = 80;

/**
 * Merges and checks: the command line wins over the file, the file over the defaults. Throws one
 * UserError that names every fault with where it stands, the value and what is accepted.
 */
export function resolveOptions(commandLine: RawOptions, file: ConfigFile | undefined): RunOptions {
  const merged = { ...file?.values, ...commandLine };
  const result = runOptionsSchema.safeParse(merged);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(file?.path ?? "", key));
    }
    return [describe(issue, merged, commandLine, file)];
  });
  const fromFile = result.error.issues.every((issue) => !(String(issue.path[0]) in commandLine));
  throw new UserError(
    fromFile && file !== undefined ? "E_CONFIG_FILE" : "E_BAD_OPTIONS",
    faults.join("\n"),
    "Run `npm run sim -- --help` for all options. Nothing was run.",
  );
}

function unknownKey(path: string, key: string): string {
  const keys = RUN_OPTION_SPECS.map((spec) => spec.key);
  const close = nearest(key, keys);
  const meant = close === undefined ? "" : ` Did you mean "${close}"?`;
  return `${path}: ${key}: no such option.${meant} Accepted: ${keys.join(", ")}.`;
}

function describe(
  issue: z.core.$ZodIssue,
  merged: RawOptions,
  commandLine: RawOptions,
  file: ConfigFile | undefined,
): string {
  const key = String(issue.path[0]);
  const spec = findSpec(key);
  const where = key in commandLine || file === undefined ? spec?.flag : `${file.path}: ${key}`;
  const value = merged[key];
  return `${where ?? key}: ${show(value)} ${fault(issue, spec, value)}. Accepted: ${spec?.accepts}.`;
}

function fault(issue: z.core.$ZodIssue, spec: RunOptionSpec | undefined, value: unknown): string {
  if (issue.code === "custom") return issue.message;
  if (issue.code === "too_big") return "is too large";
  if (issue.code === "too_small") return typeof value === "number" ? "is too small" : "is empty";
  return notAccepted(spec, value);
}

function notAccepted(spec: RunOptionSpec | undefined, value: unknown): string {
  if (value === "") return "is empty";
  const close = typeof value === "string" ? nearest(value, spec?.words ?? []) : undefined;
  return close === undefined ? "is not accepted" : `is not accepted (did you mean "${close}"?)`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length <= SHOWN_VALUE_LENGTH ? text : `${text.slice(0, SHOWN_VALUE_LENGTH)}…`;
}
