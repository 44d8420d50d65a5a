import { EXIT_CODES } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";

/**
 * Every fault an operator can meet and put right, with the exit code it ends the process with.
 * docs/errors.md explains each; a test compares the two lists both ways.
 */
export const USER_ERRORS = {
  E_BAD_OPTIONS: EXIT_CODES.usage,
  E_UNKNOWN_OPTION: EXIT_CODES.usage,
  E_UNKNOWN_COMMAND: EXIT_CODES.usage,
  E_MISSING_VALUE: EXIT_CODES.usage,
  E_REPEATED_OPTION: EXIT_CODES.usage,
  E_CONFIG_FILE: EXIT_CODES.usage,
  E_LIMITER_CONFIG: EXIT_CODES.usage,
  E_COHORT: EXIT_CODES.usage,
  E_INDEXES_OPTION: EXIT_CODES.usage,
  E_CALIBRATE: EXIT_CODES.usage,
  E_CALIBRATION_FILE: EXIT_CODES.usage,
  E_CONSTANTS_FILE: EXIT_CODES.usage,
  E_AUDIT_FILE: EXIT_CODES.usage,
  E_AUDIT_OUTPUT: EXIT_CODES.usage,
  E_REPLAY: EXIT_CODES.usage,
  E_HISTORY: EXIT_CODES.usage,
  E_LANE: EXIT_CODES.usage,
  E_SHRINK: EXIT_CODES.usage,
  E_MARKET_FILE: EXIT_CODES.usage,
  E_SCENARIO_FILE: EXIT_CODES.usage,
  E_UNKNOWN_SCENARIO: EXIT_CODES.usage,
  E_REPORTS_FOLDER: EXIT_CODES.usage,
  E_NOT_IN_THIS_VERSION: EXIT_CODES.usage,
  E_PROJECT_FILE: EXIT_CODES.usage,
  E_NO_CREDENTIALS: EXIT_CODES.usage,
  E_STAGING_REFUSED: EXIT_CODES.usage,
  E_STAGING_ROLE: EXIT_CODES.usage,
  E_MONITORING: EXIT_CODES.usage,
  E_STAGING_BUSY: EXIT_CODES.usage,
  E_STAGING_COST: EXIT_CODES.usage,
  E_MONITOR_RUN: EXIT_CODES.usage,
  E_MONITOR_OUTPUT: EXIT_CODES.usage,
  E_NODE_TOO_OLD: EXIT_CODES.usage,
  E_NO_JAVA: EXIT_CODES.usage,
  E_JAVA_TOO_OLD: EXIT_CODES.usage,
  E_NO_EMULATOR_JAR: EXIT_CODES.usage,
  E_EMULATOR_JAR_BROKEN: EXIT_CODES.usage,
  E_NO_K6: EXIT_CODES.usage,
  E_K6_UNUSABLE: EXIT_CODES.usage,
  E_K6_BUILD: EXIT_CODES.usage,
  E_K6_FILE: EXIT_CODES.usage,
  E_PORT_TAKEN: EXIT_CODES.usage,
  E_EMULATOR_HOST: EXIT_CODES.usage,
  E_EMULATOR_UNREACHABLE: EXIT_CODES.usage,
  E_RULES_FILE: EXIT_CODES.usage,
  E_RULES_DO_NOT_COMPILE: EXIT_CODES.usage,
  E_EMULATOR_DIED_AT_START: EXIT_CODES.internal,
  E_GATEWAY_DIED_AT_START: EXIT_CODES.internal,
  E_EMULATOR_REFUSED: EXIT_CODES.internal,
  E_TARGET_DIED: EXIT_CODES.internal,
  E_REPORT_NOT_WRITTEN: EXIT_CODES.internal,
} as const satisfies Record<string, ExitCode>;

export type UserErrorCode = keyof typeof USER_ERRORS;

/**
 * A fault outside the program: shown as its message and hint, without a stack. `message` says
 * what, where, what was got and what is allowed; `hint` says what to do.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: UserErrorCode;
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(code: UserErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.exitCode = USER_ERRORS[code];
  }
}
