import type { z } from "zod";
import type { limiterConfigSchema } from "../../system/limiter/config.ts";
import type { RawOptions } from "../config/resolve-options.ts";
import type { scenarioSchema } from "../config/scenario.ts";

/**
 * A virtual run as plain data: what `npm run sim -- --clock virtual` would be given, and overrides
 * for what the command line takes as names and files. It can be sent to a thread, and kept.
 */
export interface TrialSpec {
  /** By the names of a config file: users, tenants, seed, scenario, duration, limiter … */
  readonly options: RawOptions;
  /** Whole scenarios in place of `options.scenario`; their faults are in them. */
  readonly scenarios?: readonly z.input<typeof scenarioSchema>[];
  /** In place of `options.limiterConfig`. */
  readonly limiterConfig?: z.input<typeof limiterConfigSchema>;
  /** The text of an index file, in place of `options.indexes`. */
  readonly indexes?: string;
  /** Ends the run early, at so many milliseconds of its own time; its result is then partial. */
  readonly untilMs?: number;
  /**
   * What of the result is heavy and left out unless it is named: the series of seconds, and the
   * histograms in their encoded form. Their summaries are always there.
   */
  readonly keep?: readonly ("series" | "histograms")[];
}
