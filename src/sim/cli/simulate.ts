import type { IndexFile } from "../../firestore/indexes/index-file.ts";
import type { Clock } from "../../std/clock.ts";
import type { LimiterConfig } from "../../system/limiter/config.ts";
import type { createLimiter } from "../../system/limiter/create-limiter.ts";
import type { Snapshot, Store } from "../../system/store/store.ts";
import type { Calibration } from "../calibrate/load-calibration.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Scenario } from "../config/scenario.ts";
import type { ClientDriver } from "../drivers/client-driver.ts";
import type { FaultMet } from "../drivers/fault-injector.ts";
import type { MarketRow } from "../market/market-file.ts";
import type { Result } from "../report/result.ts";
import type { SeenCommit } from "../virtual/in-process-database.ts";
import type { Target } from "../targets/target.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { RunOutput } from "./progress.ts";

/** What was asked for, checked: nothing in it can turn out to be mistyped. */
export interface SimulationInputs {
  readonly options: RunOptions;
  /** In the order they are to run. */
  readonly scenarios: readonly Scenario[];
  readonly limiterConfig: LimiterConfig;
  /** How many alike users each simulated one stands for; 1: every user is simulated. */
  readonly cohort: number;
  /** What the IDs of all users are to begin with; nothing when absent. */
  readonly idPrefix?: string;
  /** The recorded market to replay, as --market gave it; null for a synthetic one. */
  readonly marketRows: readonly MarketRow[] | null;
  /** Whose figures the model reckons with; none: they are assumed. */
  readonly calibration?: Calibration | null;
  readonly output: RunOutput;
  /** Sends the client traffic; this process itself when absent. */
  readonly clientDriver?: ClientDriver | undefined;
  /** Aborts when the run is to end early, with a partial report. */
  readonly signal: AbortSignal;
  /** Takes the result in place of the report's files; then the service's log is not kept, either. */
  readonly publish?: ((result: Result) => void) | undefined;
  /** Hears of every document of the service that the database holds in the end. */
  readonly onDocument?: ((document: Snapshot) => void) | undefined;
  /** Hears of every call that a fault of a scenario's script hits. */
  readonly onFault?: ((met: FaultMet) => void) | undefined;
}

/** All that a run needs. */
export interface SimulationRequest extends SimulationInputs {
  /**
   * Opens the target. The run stops it. Rejects with the signal's reason when that aborts first.
   */
  readonly target: () => Promise<Target>;
}

export type Simulate = (request: SimulationRequest) => Promise<{ readonly exitCode: ExitCode }>;

/**
 * Faulty things at the service's ports, for tests: a run must find them out. The service behind and
 * before them is the same as ever.
 */
export interface StandIns {
  /** In place of the service's own; it may wrap it. */
  readonly createLimiter?: typeof createLimiter;
  readonly watchStore?: (store: Store, clock: Clock) => Store;
}

/** A run on a virtual clock. The real one only tells how fast it goes. */
export type SimulateVirtually = (
  request: SimulationInputs & {
    /** Path of the index file that queries and writes are held to. */
    readonly indexesFile: string;
    /** What stands in that file, where it has been read. */
    readonly indexes?: IndexFile | undefined;
    /** Ends the run early, at so many milliseconds of its own time. */
    readonly untilMs?: number | undefined;
    /** Hears of every commit that reaches the database, when it has ended. */
    readonly onCommit?: ((seen: SeenCommit) => void) | undefined;
    readonly standIns?: StandIns | undefined;
  },
  realClock: Clock,
) => Promise<{ readonly exitCode: ExitCode }>;
