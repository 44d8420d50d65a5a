import { CommanderError } from "commander";
import { RUN_OPTION_SPECS } from "../config/run-option-specs.ts";
import { UserError } from "./errors.ts";
import { nearest } from "./nearest.ts";

const SEE_HELP = "Run `npm run sim -- --help` for all commands and options. Nothing was run.";

/** Turns the parser's complaint into ours; anything else is returned as it came. */
export function fromCommander(error: unknown, flags: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error;
  // The parser tells which word it means only in its message: "error: unknown option '--limitr'".
  const word = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  switch (error.code) {
    case "commander.unknownOption":
      return unknownOption(word, flags);
    case "commander.optionMissingArgument":
      return missingValue(word.split(" ")[0] ?? word);
    default:
      return error;
  }
}

/** Options of commands, not of runs, that name a file. */
const FILE_OPTIONS = new Set(["--config", "--output", "--rules"]);

export function missingValue(flag: string, next?: string): UserError {
  const got = next === undefined ? "got nothing" : `got the option ${next}`;
  const accepts = RUN_OPTION_SPECS.find((spec) => spec.flag === flag)?.accepts;
  const accepted = accepts ?? (FILE_OPTIONS.has(flag) ? "a file" : "one value, see the help");
  const message = `${flag}: a value is missing, ${got}. Accepted: ${accepted}.`;
  return new UserError("E_MISSING_VALUE", message, SEE_HELP);
}

export function repeatedOption(flag: string, first: string, second: string): UserError {
  return new UserError(
    "E_REPEATED_OPTION",
    `${flag}: given twice, as "${first}" and "${second}". Accepted: one value.`,
    SEE_HELP,
  );
}

function unknownOption(written: string, flags: readonly string[]): UserError {
  const flag = written.split("=")[0] ?? written;
  return new UserError(
    "E_UNKNOWN_OPTION",
    `${flag}: no such option.${didYouMean(flag, flags)} Accepted: ${flags.join(", ")}.`,
    SEE_HELP,
  );
}

export function unknownCommand(word: string, commands: readonly string[]): UserError {
  const close = didYouMean(word, commands);
  const accepted = `Accepted: ${commands.join(", ")}, before any option.`;
  return new UserError(
    "E_UNKNOWN_COMMAND",
    `"${word}": no such command.${close} ${accepted}`,
    SEE_HELP,
  );
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const close = nearest(word, candidates);
  return close === undefined || close === word ? "" : ` Did you mean ${close}?`;
}
