import { Option } from "commander";
import type { Command } from "commander";
import type { RawOptions } from "../config/resolve-options.ts";
import { RUN_OPTION_SPECS } from "../config/run-option-specs.ts";
import type { RunOptionSpec } from "../config/run-option-specs.ts";
import { missingValue, repeatedOption } from "./commander-errors.ts";

/** Declares the run options on a command; the parser collects text, the schema checks it. */
export function declareRunOptions(command: Command): void {
  for (const spec of RUN_OPTION_SPECS) {
    if (spec.inFileOnly !== true) command.addOption(toOption(spec));
  }
  command.addOption(
    new Option(
      "--config <file>",
      "JSON file with these options in camelCase; the command line wins",
    )
      .argParser(single("--config"))
      .helpGroup("Output:"),
  );
}

/** Options given on the command line, without those that were not. */
export function readRunOptions(parsed: Readonly<Record<string, unknown>>): RawOptions {
  const given = RUN_OPTION_SPECS.filter(({ key }) => parsed[key] !== undefined);
  return Object.fromEntries(given.map((spec) => [spec.key, toValue(spec, parsed[spec.key])]));
}

export function toOption(spec: Omit<RunOptionSpec, "key">): Option {
  const usage = spec.placeholder === null ? spec.flag : `${spec.flag} <${spec.placeholder}>`;
  const range = spec.kind === "switch" ? "" : `${spec.accepts}; `;
  const summary = `${spec.summary} (${range}default: ${spec.byDefault})`;
  const option = new Option(usage, summary).helpGroup(`${spec.group}:`);
  switch (spec.kind) {
    case "switch":
      return option;
    case "list":
      return option.argParser(several(spec.flag));
    case "number":
    case "text":
      return option.argParser(single(spec.flag));
  }
}

/** A second value is refused: which of the two was meant cannot be known. */
export function single(flag: string) {
  return (value: string, previous: string | undefined): string => {
    refuseFlag(flag, value);
    if (previous !== undefined) throw repeatedOption(flag, previous, value);
    return value;
  };
}

export function several(flag: string) {
  return (value: string, previous: readonly string[] | undefined): readonly string[] => {
    refuseFlag(flag, value);
    return [...(previous ?? []), value];
  };
}

/** `--users --quiet` would otherwise make "--quiet" the number of users. */
function refuseFlag(flag: string, value: string): void {
  if (value.startsWith("--")) throw missingValue(flag, value);
}

/** Only plain decimal numbers are numbers here; "1e3" or "abc" are left for the schema to refuse. */
export function toValue(spec: Pick<RunOptionSpec, "kind">, value: unknown): unknown {
  if (spec.kind !== "number" || typeof value !== "string") return value;
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}
