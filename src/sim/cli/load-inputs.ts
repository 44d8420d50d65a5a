import { mkdtemp, readFile, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { LIMITER_PRESETS, parseLimiterConfig } from "../../system/limiter/config.ts";
import type { LimiterConfig } from "../../system/limiter/config.ts";
import type { LimiterStrategy } from "../../system/limiter/create-limiter.ts";
import { shareFault } from "../../system/pulse/fan-out.ts";
import { chooseCohort } from "../cohort/choose-cohort.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Scenario } from "../config/scenario.ts";
import { loadCalibration, type Calibration } from "../calibrate/load-calibration.ts";
import { callFaultsOf } from "../drivers/call-fault.ts";
import { MarketFileError } from "../market/market-file-error.ts";
import { parseMarketCsv } from "../market/market-file.ts";
import type { MarketRow } from "../market/market-file.ts";
import { chooseScenarios } from "./choose-scenarios.ts";
import { chooseIndexes } from "./choose-indexes.ts";
import { UserError } from "./errors.ts";
import { nearest } from "./nearest.ts";

const NOTHING_RAN = "Nothing was run.";

/** What the options name outside the command line: read and checked before anything is started. */
export interface RunInputs {
  readonly scenarios: readonly Scenario[];
  readonly limiterConfig: LimiterConfig;
  /** Path of the index file that queries and writes are held to. */
  readonly indexesFile: string;
  readonly marketRows: readonly MarketRow[] | null;
  /** Whose figures the model reckons with; null: they are assumed. */
  readonly calibration: Calibration | null;
  /** How many alike users each simulated one stands for; 1: every user is simulated. */
  readonly cohort: number;
}

export async function loadInputs(options: RunOptions): Promise<RunInputs> {
  const inputs = await loadTrialInputs(options);
  if (options.driver === "k6") requireNoCallFaults(inputs.scenarios);
  await requireWritable(options.reports);
  return inputs;
}

/** Those of a run that leaves no report. What is `given` stands in place of what the options name. */
export async function loadTrialInputs(
  options: RunOptions,
  given: Partial<Pick<RunInputs, "scenarios" | "limiterConfig">> = {},
): Promise<RunInputs> {
  const scenarios = given.scenarios ?? chooseScenarios(options.scenarios);
  const limiterConfig = given.limiterConfig ?? (await loadLimiterConfig(options.limiterConfig));
  requireShares(scenarios, limiterConfig, options.limiter);
  const cohort = chooseCohort({ ...options, scenarios });
  const indexesFile = await chooseIndexes(options.indexes, scenarios);
  const marketRows = options.market === null ? null : await loadMarket(options.market);
  const calibration =
    options.calibration === undefined ? null : await loadCalibration(options.calibration);
  return { scenarios, limiterConfig, indexesFile, marketRows, calibration, cohort };
}

/** Calls that k6 makes do not pass through this process, which injects the faults. */
function requireNoCallFaults(scenarios: readonly Scenario[]): void {
  const faulty = scenarios.filter(
    ({ clients, faults }) => clients !== null && callFaultsOf(faults).length > 0,
  );
  if (faulty.length === 0) return;
  const names = faulty.map(({ name }) => name).join(", ");
  throw new UserError(
    "E_BAD_OPTIONS",
    `--driver: "k6" cannot meet the faults that ${names} injects into single calls. Accepted there: node.`,
    `Run it with --driver node, or choose another scenario. ${NOTHING_RAN}`,
  );
}

async function loadLimiterConfig(presetOrFile: string): Promise<LimiterConfig> {
  const preset: unknown = Object.entries(LIMITER_PRESETS).find(
    ([name]) => name === presetOrFile,
  )?.[1];
  const result = parseLimiterConfig(preset ?? (await readLimiterFile(presetOrFile)));
  if (result.kind === "valid") return result.config;
  const faults = result.problems.map((problem) => `--limiter-config: ${presetOrFile}: ${problem}`);
  throw limiterError(faults.join("\n"));
}

/** Several workers share the limiter's rates, which must be enough to share. */
function requireShares(
  scenarios: readonly Scenario[],
  config: LimiterConfig,
  strategy: LimiterStrategy,
): void {
  const faults = scenarios.flatMap(({ name, pulse }) => {
    const workers = pulse?.workers ?? 1;
    const fault = workers === 1 ? undefined : shareFault(config, strategy, workers);
    return fault === undefined ? [] : [`--limiter-config: scenario ${name}: ${fault}`];
  });
  if (faults.length > 0) throw limiterError(faults.join("\n"));
}

async function readLimiterFile(path: string): Promise<unknown> {
  const presets = Object.keys(LIMITER_PRESETS);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const close = nearest(path, presets);
    const meant = close === undefined ? "" : ` (did you mean "${close}"?)`;
    const accepted = `Accepted: ${presets.join(", ")}, or a JSON file.`;
    const message = `--limiter-config: "${path}" is no preset and no file that can be read${meant}. ${accepted}`;
    throw limiterError(message, error);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw limiterError(`--limiter-config: ${path}: is not JSON: ${messageOf(error)}`, error);
  }
}

function limiterError(message: string, cause?: unknown): UserError {
  const hint = `docs/limiter.md explains the settings. ${NOTHING_RAN}`;
  return new UserError("E_LIMITER_CONFIG", message, hint, { cause });
}

async function loadMarket(path: string): Promise<readonly MarketRow[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const message = `--market: "${path}" cannot be read: ${messageOf(error)}`;
    throw new UserError("E_MARKET_FILE", message, NOTHING_RAN, { cause: error });
  });
  try {
    return parseMarketCsv(text, path);
  } catch (error) {
    if (!(error instanceof MarketFileError)) throw error;
    const message = `--market: ${error.message}`;
    throw new UserError("E_MARKET_FILE", message, error.hint, { cause: error });
  }
}

/** The folder, or the nearest one above it that exists, must be a folder that can be written. */
export async function requireWritable(folder: string, flag = "--reports"): Promise<void> {
  let path = resolve(folder);
  for (;;) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) {
      if (!found.isDirectory()) throw reportsError(flag, folder, `${path} is no folder`);
      const fault = await writingFault(path);
      if (fault === undefined) return;
      throw reportsError(flag, folder, `${path} cannot be written: ${fault}`);
    }
    path = dirname(path);
  }
}

/** Tried and not looked up: modes say nothing to root, nor of a file system that takes no files. */
async function writingFault(folder: string): Promise<string | undefined> {
  try {
    await rmdir(await mkdtemp(join(folder, ".plimsoll-")));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function reportsError(flag: string, folder: string, fault: string): UserError {
  return new UserError(
    "E_REPORTS_FOLDER",
    `${flag}: "${folder}": ${fault}. Accepted: a folder that can be written, or made.`,
    NOTHING_RAN,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
