import type { LimiterConfig } from "../../system/limiter/config.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Scenario } from "../config/scenario.ts";
import type { MarketRow } from "../market/market-file.ts";
import type { Target } from "../targets/target.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { RunOutput } from "./progress.ts";

/** All that a run needs, checked: nothing in it can turn out to be mistyped. */
export interface SimulationRequest {
  readonly options: RunOptions;
  /** In the order they are to run. */
  readonly scenarios: readonly Scenario[];
  readonly limiterConfig: LimiterConfig;
  /** The recorded market to replay, as --market gave it; null for a synthetic one. */
  readonly marketRows: readonly MarketRow[] | null;
  /**
   * Opens the target. The run stops it. Rejects with the signal's reason when that aborts first.
   */
  readonly target: () => Promise<Target>;
  readonly output: RunOutput;
  /** Aborts when the run is to end early, with a partial report. */
  readonly signal: AbortSignal;
}

export type Simulate = (request: SimulationRequest) => Promise<{ readonly exitCode: ExitCode }>;
