import type { Verdict } from "../report/result.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";

/** How a command that judges ends. */
export const VERDICT_EXIT_CODES: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT_CODES.pass,
  fail: EXIT_CODES.checkFailed,
  inconclusive: EXIT_CODES.inconclusive,
};
