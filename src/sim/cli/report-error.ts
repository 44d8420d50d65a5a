import { inspect } from "node:util";
import { UserError } from "./errors.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { TextStream } from "./text-stream.ts";

/** Shows what ended the command and returns the exit code it ends with. */
export function reportError(error: unknown, stream: TextStream): ExitCode {
  if (error instanceof UserError) {
    stream.write(`${error.code}: ${error.message}\nHint: ${error.hint}\n`);
    return error.exitCode;
  }
  const text = describe(error);
  stream.write(`Internal error, a fault of Plimsoll itself: ${text}\n${describeCause(error)}`);
  return EXIT_CODES.internal;
}

function describeCause(error: unknown): string {
  if (!(error instanceof Error) || error.cause === undefined) return "";
  return `Caused by: ${describe(error.cause)}\n`;
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : inspect(thrown);
}
