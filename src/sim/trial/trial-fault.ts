import { UserError, USER_ERRORS, type UserErrorCode } from "../cli/errors.ts";
import { howToRepeat, trialCommand } from "./trial-command.ts";
import type { TrialSpec } from "./trial-spec.ts";

/** A trial that ended by a fault of ours: says which, and how to make it again. */
export class TrialError extends Error {
  override readonly name = "TrialError";
  readonly spec: TrialSpec;
  /** The command that repeats the trial; undefined when the spec says what no option can. */
  readonly command: string | undefined;

  constructor(spec: TrialSpec, message: string, options?: ErrorOptions) {
    const lines = [message, `Trial: ${JSON.stringify(spec)}`, `Repeat: ${howToRepeat(spec)}`];
    super(lines.join("\n"), options);
    this.spec = spec;
    this.command = trialCommand(spec);
  }
}

/** What was thrown in a thread, as data: a class does not survive the way between threads. */
export interface TrialFault {
  readonly message: string;
  readonly stack: string;
  /** Of a UserError: it is the spec that asks for what cannot be run. */
  readonly operator: { readonly code: string; readonly hint: string } | undefined;
}

export function describeFault(thrown: unknown): TrialFault {
  if (!(thrown instanceof Error)) {
    return { message: String(thrown), stack: "", operator: undefined };
  }
  return {
    message: thrown.message,
    stack: thrown.stack ?? "",
    operator: thrown instanceof UserError ? { code: thrown.code, hint: thrown.hint } : undefined,
  };
}

/** The error that a thread's fault comes to outside of it. */
export function errorOf(spec: TrialSpec, { message, stack, operator }: TrialFault): Error {
  if (operator !== undefined && isUserErrorCode(operator.code)) {
    return new UserError(operator.code, message, operator.hint);
  }
  const cause = new Error(message);
  cause.stack = stack;
  return new TrialError(spec, message, { cause });
}

function isUserErrorCode(code: string): code is UserErrorCode {
  return code in USER_ERRORS;
}
